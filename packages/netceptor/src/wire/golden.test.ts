import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SimulatedMesh } from '@receptorjs/netceptor-simulator';
import { DATA_HEADER_BYTES, readDataHeader, writeDataHeader } from './data-header.js';
import { hashNodeId, type Hash64 } from './highway-hash.js';
import { MESSAGE_TYPE } from './message-type.js';
import { encodeReject } from './reject.js';
import { decodeRoutingUpdate, encodeRoutingUpdate } from './routing-update.js';
import { decodeServiceAdvertisement, encodeServiceAdvertisement } from './service-advertisement.js';
import { decodeUnreachable, encodeUnreachable } from './unreachable.js';

interface Recorded {
  readonly t_ms: number;
  readonly note?: string;
  readonly dir?: 'a>b' | 'b>a';
  readonly hex?: string;
}
interface Message {
  readonly at: number;
  readonly from: 'a' | 'b';
  readonly bytes: Buffer;
}

const FILES = ['tcp', 'tcp-chain', 'tcp-reject', 'tcp-node-dials-go', 'tcp-go-dials-node'];

function recorded(file: string): Message[] {
  const text = readFileSync(new URL(`../../fixtures/${file}.jsonl`, import.meta.url), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Recorded)
    .flatMap(({ t_ms: at, dir, hex }) =>
      dir === undefined || hex === undefined
        ? []
        : [
            {
              at,
              from: dir === 'a>b' ? ('a' as const) : ('b' as const),
              bytes: Buffer.from(hex, 'hex'),
            },
          ],
    );
}

function encodedAgain(bytes: Buffer): Buffer {
  const json = bytes.toString('utf8', 1);
  switch (bytes[0]) {
    case MESSAGE_TYPE.data: {
      const header = readDataHeader(bytes);
      const payload = bytes.subarray(DATA_HEADER_BYTES);
      const again = Buffer.alloc(bytes.length);
      writeDataHeader(again, 0, header);
      (header.toService === 'unreach'
        ? encodeUnreachable(decodeUnreachable(payload))
        : payload
      ).copy(again, DATA_HEADER_BYTES);
      return again;
    }
    case MESSAGE_TYPE.routingUpdate:
      return encodeRoutingUpdate(decodeRoutingUpdate(json));
    case MESSAGE_TYPE.serviceAdvertisement:
      return encodeServiceAdvertisement(decodeServiceAdvertisement(json));
    case MESSAGE_TYPE.reject:
      return encodeReject();
    default:
      throw new Error(`unknown type ${bytes[0] ?? 'none'}`);
  }
}

describe.each(FILES)('the recorded conversation %s', (file) => {
  it('decodes and encodes to the same bytes', () => {
    const messages = recorded(file);
    expect(messages.length).toBeGreaterThan(5);
    for (const { bytes } of messages) {
      expect(encodedAgain(bytes).toString('hex')).toBe(bytes.toString('hex'));
    }
  });
});

describe('recorded messages', () => {
  it('hold what they are documented to hold', () => {
    const [hello] = recorded('tcp');
    expect(decodeRoutingUpdate(hello!.bytes.toString('utf8', 1))).toMatchObject({
      nodeId: 'beta',
      updateId: 'xyAl0NBb',
      epoch: 30118857409134414n,
      sequence: 1n,
      connections: new Map(),
      forwardingNode: 'beta',
      suspectedDuplicate: 0n,
    });
    const advertisement = recorded('tcp').find(({ bytes }) => bytes[0] === 2);
    expect(decodeServiceAdvertisement(advertisement!.bytes.toString('utf8', 1))).toEqual({
      nodeId: 'beta',
      service: 'control',
      time: '2026-11-21T01:16:41.490609147Z',
      connectionType: 1,
      tags: { type: 'Control Service' },
      workCommands: [{ workType: 'cat', secure: false }],
      cancel: false,
    });
    const ping = recorded('tcp').find(({ bytes }) => bytes[0] === 0);
    expect(readDataHeader(ping!.bytes)).toEqual({
      hopsToLive: 29,
      fromNode: hashNodeId('alpha'),
      toNode: hashNodeId('beta'),
      fromService: 'JEfzXjR4',
      toService: 'ping',
    });
  });
});

/** What a data message says, for comparing what was answered with what was recorded. */
const shown = ({ bytes }: { bytes: Buffer }): string => {
  const { fromNode, toNode, fromService, toService, hopsToLive } = readDataHeader(bytes);
  const name = ({ high, low }: Hash64): string =>
    ['alpha', 'beta', 'gamma'].find((id) => {
      const hash = hashNodeId(id);
      return hash.high === high && hash.low === low;
    }) ?? '?';
  const payload = toService === 'unreach' ? bytes.toString('utf8', DATA_HEADER_BYTES) : '';
  return `${name(fromNode)}:${fromService} > ${name(toNode)}:${toService} ${hopsToLive} ${payload}`;
};
const isPlain = ({ bytes }: { bytes: Buffer }): boolean => {
  if (bytes[0] !== MESSAGE_TYPE.data) return false;
  const { fromService } = readDataHeader(bytes);
  return ['ping', 'unreach'].includes(fromService);
};

/** The services from which the side that is not played sent its pings. */
function pingers(messages: readonly Message[], played: 'a' | 'b'): Set<string> {
  const pings = messages
    .filter(({ from, bytes }) => from !== played && bytes[0] === MESSAGE_TYPE.data)
    .map(({ bytes }) => readDataHeader(bytes));
  return new Set(pings.filter((p) => p.toService === 'ping').map((p) => p.fromService));
}

/** Plays one side of a recording to a core that takes the place of the other; returns the core and what it sent. */
function replay(
  file: string,
  nodeId: string,
  played: 'a' | 'b',
  until = Infinity,
): {
  mesh: SimulatedMesh;
  core: ReturnType<SimulatedMesh['add']>;
  sent: Message[];
  rest: Message[];
} {
  const mesh = new SimulatedMesh();
  const core = mesh.add(nodeId);
  const sent: Message[] = [];
  const messages = recorded(file);
  const start = messages[0]!.at;
  const keep = (bytes: Buffer): void =>
    void sent.push({ at: mesh.now, from: played === 'a' ? 'b' : 'a', bytes: Buffer.from(bytes) });
  const session = core.core.addLink(
    0,
    {
      description: 'recorded',
      sendControl: keep,
      sendData: (chunk, from, to) => keep(chunk.subarray(from, to)),
      reserve: () => undefined,
      commit: () => undefined,
      close: () => undefined,
    },
    {},
  );
  for (const service of ['control', ...pingers(messages, played)]) {
    core.core.dataPlane.open(service, { receive: () => undefined, unreachable: () => undefined });
  }
  for (const { at, from, bytes } of messages) {
    if (from !== played || at - start > until) continue;
    mesh.run(at - start - mesh.now);
    session.handleMessage(mesh.now, Buffer.from(bytes), 0, bytes.length);
  }
  mesh.run(10);
  return { mesh, core, sent, rest: messages };
}

describe('a node of ours in the place of one recorded', () => {
  it('as the listener answers the dialer as it was answered', () => {
    const { core, sent, rest } = replay('tcp', 'beta', 'a');
    expect(core.core.status().routingTable).toEqual({ alpha: 'alpha' });
    expect(
      core.core.status().advertisements.map(({ nodeId, service }) => [nodeId, service]),
    ).toEqual([['alpha', 'control']]);
    const updates = sent
      .filter(({ bytes }) => bytes[0] === MESSAGE_TYPE.routingUpdate)
      .map(({ bytes }) => decodeRoutingUpdate(bytes.toString('utf8', 1)));
    expect(updates[0]).toMatchObject({ nodeId: 'beta', sequence: 1n, connections: new Map() });
    expect(updates[1]).toMatchObject({
      nodeId: 'beta',
      sequence: 2n,
      connections: new Map([['alpha', 1]]),
    });
    expect(sent.filter(isPlain).map(shown)).toEqual(
      rest.filter((m) => m.from === 'b' && isPlain(m)).map(shown),
    );
    expect(core.lines.filter((text) => /^(error|warning)/.test(text))).toEqual([]);
  });

  it('as the dialer learns of the nodes behind its peer, and loses them again', () => {
    const before = replay('tcp-chain', 'alpha', 'b', 13_000);
    expect(before.core.core.status().routingTable).toEqual({ beta: 'beta', gamma: 'beta' });
    expect(before.core.core.status().knownConnectionCosts).toEqual({
      alpha: { beta: 1 },
      beta: { alpha: 1, gamma: 1 },
      gamma: { beta: 1 },
    });
    const { core } = replay('tcp-chain', 'alpha', 'b');
    expect(core.core.status().routingTable).toEqual({ beta: 'beta' });
    expect(core.events).toContainEqual({ type: 'route', nodeId: 'gamma', via: undefined });
    expect(core.lines.filter((text) => /^(error|warning)/.test(text))).toEqual([]);
  });
});
