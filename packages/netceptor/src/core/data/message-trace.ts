import { DATA_HEADER_BYTES, DATA_OFFSET, readService } from '../../wire/data-header.js';
import { MESSAGE_TYPE } from '../../wire/message-type.js';
import type { NodeTable } from '../routing/node-table.js';

const KINDS = new Map<number, string>([
  [MESSAGE_TYPE.routingUpdate, 'routing update'],
  [MESSAGE_TYPE.serviceAdvertisement, 'service advertisement'],
]);

/** Writes one line per message: what a node receives, sends, hands on and refuses. */
export class MessageTrace {
  readonly #write: (line: string) => void;
  readonly #nodes: NodeTable;

  constructor(write: (line: string) => void, nodes: NodeTable) {
    this.#write = write;
    this.#nodes = nodes;
  }

  /** A message that is no data. */
  control(what: 'Received', type: number, length: number, peer: string): void {
    this.#write(`--- ${what} ${KINDS.get(type) ?? 'message'} length ${length} via ${peer}`);
  }

  /** A data message comes over a link. */
  received(chunk: Buffer, start: number, end: number, via: string): void {
    this.#write(`--- Received ${this.#describe(chunk, start, end)} via ${via}`);
  }

  /** A service of this node sends a data message. */
  sent(chunk: Buffer, start: number, end: number): void {
    this.#write(`--- Sending ${this.#describe(chunk, start, end)}`);
  }

  /** A data message goes out over a link. */
  forwarded(payloadBytes: number, via: string): void {
    this.#write(`    Forwarding data length ${payloadBytes} via ${via}`);
  }

  /** A data message goes no further. */
  refused(chunk: Buffer, start: number, end: number, why: string): void {
    this.#write(`    Refusing ${this.#describe(chunk, start, end)}: ${why}`);
  }

  #describe(chunk: Buffer, start: number, end: number): string {
    const from = this.#address(
      chunk,
      start + DATA_OFFSET.fromNode,
      start + DATA_OFFSET.fromService,
    );
    const to = this.#address(chunk, start + DATA_OFFSET.toNode, start + DATA_OFFSET.toService);
    return `data length ${end - start - DATA_HEADER_BYTES} from ${from} to ${to}`;
  }

  /** `node:service`; a node that is not known by its hash. */
  #address(chunk: Buffer, nodeAt: number, serviceAt: number): string {
    const node = this.#nodes.find(chunk.readInt32BE(nodeAt), chunk.readInt32BE(nodeAt + 4));
    const name = node?.id ?? chunk.toString('hex', nodeAt, nodeAt + 8);
    return `${name}:${readService(chunk, serviceAt)}`;
  }
}
