import { silentLogger } from '@receptorjs/primitives';
import { MeshNode } from '@receptorjs/netceptor';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bare } from './framing.js';
import { QueuedLink, type Carrier } from './queued-link.js';

/** Keeps what it is given to send, and is ready for more when its test says so. */
class Notebook implements Carrier {
  readonly framing = bare;
  readonly maxMessageBytes = 1000;
  readonly batchBytes = 10_000;
  readonly batches: Buffer[][] = [];
  ended = false;
  destroyed: string | undefined;
  ready: () => void = () => undefined;

  write(batch: readonly Buffer[], written: () => void): void {
    this.batches.push([...batch]);
    this.ready = written;
  }

  end(): void {
    this.ended = true;
  }

  destroy(reason: string): void {
    this.destroyed = reason;
  }

  /** First bytes of what was sent since last asked. */
  take(): string[] {
    return this.batches.splice(0).map((batch) => batch.map((each) => String(each[0])).join(' '));
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const lines: string[] = [];
let node: MeshNode;
let carrier: Notebook;
let link: QueuedLink;
beforeEach(async () => {
  lines.length = 0;
  const warning = (line: string): void => void lines.push(line);
  node = new MeshNode({ nodeId: 'a', log: { ...silentLogger, warning } });
  carrier = new Notebook();
  link = new QueuedLink(node, carrier, 'udp 192.0.2.1:2222', {});
  await turn();
  expect(carrier.take()).toEqual(['1']);
  carrier.ready();
});
afterEach(async () => {
  link.handleClosed('closed');
  await node.close();
});

describe('a link', () => {
  it('sends one batch at a time, control messages first', async () => {
    const data = Buffer.from([7, 7]);
    link.sendData(data, 0, 2);
    await turn();
    link.sendData(data, 0, 2);
    link.sendControl(Buffer.from([1]));
    link.sendData(data, 0, 2);
    await turn();
    expect(carrier.take()).toEqual(['7']);
    carrier.ready();
    expect(carrier.take()).toEqual(['1 7 7']);
  });

  it('drops messages that its carrier does not carry, and says so once', async () => {
    const long = Buffer.alloc(1001);
    link.sendControl(long);
    link.sendData(long, 0, long.length);
    link.sendData(long, 0, 0);
    await turn();
    expect(carrier.take()).toEqual([]);
    expect(lines).toEqual([
      'Dropping messages to udp 192.0.2.1:2222 that are too long: 1001 bytes, and the link carries 1000',
    ]);
    expect(link.reserve(20_000)).toHaveLength(1000);
  });

  it('ends when messages that must not be lost can not be sent', () => {
    const message = Buffer.alloc(1000, 1);
    for (let count = 0; count < 300; count++) link.sendControl(message, true);
    expect(carrier.destroyed).toBeUndefined();
    for (let count = 0; count < 5000; count++) link.sendControl(message);
    expect(carrier.destroyed).toBe('the peer has stopped reading');
  });

  it('gives no room while it is backlogged, and says when it does again', async () => {
    let drained = 0;
    node.on('drain', () => drained++);
    for (let room = link.reserve(1000); room !== undefined; room = link.reserve(1000)) {
      link.commit(room.length);
    }
    await turn();
    expect(drained).toBe(0);
    carrier.ready();
    expect(drained).toBe(1);
    expect(link.reserve(1000)).toBeDefined();
  });

  it('sends what waits before its end', () => {
    link.sendControl(Buffer.from([1]));
    link.sendData(Buffer.from([7]), 0, 1);
    link.close();
    expect(carrier.take()).toEqual(['1 7']);
    expect(carrier.ended).toBe(true);
    link.sendData(Buffer.from([7]), 0, 1);
    expect(carrier.take()).toEqual([]);
  });

  it('counts what goes over it', () => {
    const before = link.traffic();
    link.receive(Buffer.alloc(30), 10, 30);
    link.sendData(Buffer.alloc(7), 0, 7);
    const after = link.traffic();
    expect(after.receivedBytes - before.receivedBytes).toBe(20);
    expect(after.receivedMessages - before.receivedMessages).toBe(1);
    expect(after.sentBytes - before.sentBytes).toBe(7);
    expect(after.sentMessages - before.sentMessages).toBe(1);
  });
});
