import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { MeshNode } from '@receptorjs/netceptor';
import { dialTcp } from '@receptorjs/netceptor-backends';
import { StreamHost } from '@receptorjs/netceptor-streams';
import { roomIn } from './room.mjs';

/**
 * @typedef {object} Lies what a node says of its units, each ID being that of a lie
 * @property {(unit: number) => string | Iterable<string>} status a line, or many for who watches
 * @property {(unit: number) => Iterable<Uint8Array>} results
 */

/** A status as nodes write it. @param {object} fields those that differ from a running one */
export const statusLine = (fields) =>
  JSON.stringify({
    Detail: 'Running: PID 1',
    ExtraData: null,
    State: 1,
    StateName: 'Running',
    StdoutSize: 0,
    WorkType: 'lies',
    ...fields,
  });

/** A node of the mesh whose control service takes any work and reports of it what it likes. */
export class LyingNode {
  /** @param {MeshNode} node */
  constructor(node) {
    this.node = node;
    /** Units it was given. */
    this.units = 0;
    /** Units it was asked to end or to forget. */
    this.ended = 0;
  }

  /** @param {number} linkPort @param {string} id @param {Lies} lies */
  static async join(linkPort, id, lies) {
    const node = new MeshNode({ nodeId: id });
    const lying = new LyingNode(node);
    node.on('link-failed', () => undefined);
    const streams = new StreamHost(node);
    await streams.listen('control', {}, (stream) => {
      stream.on('error', () => undefined);
      lying.#serve(stream, lies).catch(() => undefined);
    });
    await dialTcp(node, { host: '127.0.0.1', port: linkPort });
    await node.reachable('hub', { timeoutMs: 10_000 });
    return lying;
  }

  /** @param {import('node:stream').Duplex} stream @param {Lies} lies */
  async #serve(stream, lies) {
    stream.write(`Receptor Control, node ${this.node.nodeId}\n`);
    const lines = createInterface({ input: stream });
    lines.on('error', () => undefined);
    for await (const line of lines) {
      if (!line.startsWith('{')) {
        stream.write('ERROR: bad command\n');
        continue;
      }
      const { subcommand, unitid } = JSON.parse(line);
      const unit = Number.parseInt(String(unitid).replace(/^u/, ''), 10);
      if (subcommand === 'submit') {
        this.units += 1;
        stream.write(`Work unit created with ID u${this.units}. Send stdin data and EOF.\n`);
        stream.resume();
        await once(stream, 'end');
        stream.end('{"result":"Job Started"}\n');
        return;
      }
      if (subcommand === 'results') {
        stream.write(`Streaming results for work unit ${unitid}\n`);
        await write(stream, lies.results(unit));
        stream.end();
        return;
      }
      if (subcommand === 'cancel' || subcommand === 'release') {
        this.ended += 1;
        stream.write(`{"${subcommand === 'cancel' ? 'cancelled' : 'released'}":"${unitid}"}\n`);
        continue;
      }
      const told = lies.status(unit);
      if (typeof told === 'string') stream.write(`${told}\n`);
      else await write(stream, told);
    }
  }

  close() {
    return this.node.close();
  }
}

/** @param {import('node:stream').Duplex} stream @param {Iterable<string | Uint8Array>} pieces */
async function write(stream, pieces) {
  for (const piece of pieces) {
    if (stream.destroyed) return;
    if (!stream.write(piece)) await roomIn(stream);
  }
}
