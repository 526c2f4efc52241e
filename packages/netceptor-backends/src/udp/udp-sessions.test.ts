import { silentLogger } from '@receptorjs/primitives';
import { createSocket, type Socket } from 'node:dgram';
import { EventEmitter, once } from 'node:events';
import { MeshNode } from '@receptorjs/netceptor';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Listener } from '../listener.js';
import { dialUdp } from './udp-dialer.js';
import { listenUdp } from './udp-listener.js';
import { UdpSessions } from './udp-sessions.js';

const host = '127.0.0.1';
const cleanups: (() => unknown)[] = [];
let hub: MeshNode;
let listener: Listener;
beforeEach(async () => {
  hub = new MeshNode({ nodeId: 'hub' });
  listener = await listenUdp(hub, { host, port: 0 });
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await hub.close();
});

function node(nodeId: string): MeshNode {
  const made = new MeshNode({ nodeId });
  cleanups.push(() => made.close());
  return made;
}

async function peer(): Promise<Socket> {
  const socket = createSocket('udp4');
  let open = true;
  socket.once('close', () => (open = false));
  cleanups.push(() => open && socket.close());
  socket.bind(0, host);
  await once(socket, 'listening');
  return socket;
}

const say = (socket: Socket, message: string | Buffer): void =>
  socket.send(message, listener.address.port, host);

const update = (nodeId: string, sequence: number, connections = '{}'): string =>
  `\x01{"NodeID":"${nodeId}","UpdateID":"${nodeId}${sequence}","UpdateEpoch":1,"UpdateSequence":${sequence},"Connections":${connections},"ForwardingNode":"${nodeId}","SuspectedDuplicate":0}`;

/** The next message that is of this type. */
async function heard(socket: Socket, type: number): Promise<Buffer> {
  for (;;) {
    const [message] = (await once(socket, 'message')) as [Buffer];
    if (message[0] === type) return message;
  }
}

describe('a UDP listener', () => {
  it('tells peers apart by address and port', async () => {
    const [b, c] = [node('b'), node('c')];
    await dialUdp(b, { host, port: listener.address.port });
    await dialUdp(c, { host, port: listener.address.port });
    await Promise.all([b.reachable('c'), c.reachable('b')]);
    expect((await b.ping('c')).from).toBe('c');
  });

  it('tells a peer whose link it does not know, so that it dials again', async () => {
    const socket = await peer();
    for (const message of [
      Buffer.alloc(40),
      Buffer.from('\x02{}'),
      Buffer.from([4, 0, 0, 0, 0, 1]),
    ]) {
      const answer = heard(socket, 3);
      say(socket, message);
      expect(String(await answer)).toBe('\x03[]');
    }
    expect(hub.status().connections).toEqual([]);
  });

  it('D3: ignores what comes from port 0, where nothing can be sent', async () => {
    const sessions = new UdpSessions(hub, {});
    const socket = await peer();
    const from = { address: host, family: 'IPv4', port: 0 } as const;
    for (const message of [Buffer.alloc(40), Buffer.from(update('made-up', 1))]) {
      sessions.receive(message, { ...from, size: message.length }, socket);
    }
    await sessions.close();
    expect(hub.status().connections).toEqual([]);
  });

  it('says goodbye when it closes, and a dialer when it is closed', async () => {
    const b = node('b');
    const dialer = await dialUdp(b, { host, port: listener.address.port });
    await Promise.all([hub.reachable('b'), b.reachable('hub')]);
    const lost = once(hub, 'link-down');
    await dialer.close();
    expect(await lost).toMatchObject([{ nodeId: 'b', reason: 'the peer rejected the link' }]);

    const socket = await peer();
    const up = once(hub, 'link-up');
    say(socket, update('made-up', 1));
    await up;
    const goodbye = heard(socket, 3);
    await listener.close();
    expect(String(await goodbye)).toBe('\x03[]');
  });

  it('takes what a peer sends after its link has ended for the rest of it, not for a new one', async () => {
    const socket = await peer();
    const up = once(hub, 'link-up');
    say(socket, update('made-up', 1));
    await up;
    const down = once(hub, 'link-down');
    say(socket, '\x03[]');
    await down;
    let again = false;
    hub.on('link-up', ({ nodeId }) => (again ||= nodeId === 'made-up'));
    say(socket, update('made-up', 2, '{"hub":1}'));
    const b = node('b');
    await dialUdp(b, { host, port: listener.address.port });
    await hub.reachable('b');
    expect(again).toBe(false);
  });

  it('bounds those who have not named themselves, and takes in others meanwhile', async () => {
    const ended: string[] = [];
    hub.on('link-failed', ({ reason }) => ended.push(reason));
    const sockets = await Promise.all(Array.from({ length: 300 }, peer));
    const senders = sockets.map(
      (socket) =>
        new Promise((resolve) =>
          socket.send('\x01not a routing update', listener.address.port, host, resolve),
        ),
    );
    await Promise.all(senders);
    const b = node('b');
    await dialUdp(b, { host, port: listener.address.port });
    await Promise.all([hub.reachable('b'), b.reachable('hub')]);
    expect(ended.filter((reason) => reason === 'closed').length).toBeGreaterThanOrEqual(300 - 256);
    expect((await b.ping('hub')).from).toBe('hub');
  });
});

describe('a UDP dialer', () => {
  it('comes back when its listener was gone', async () => {
    const b = node('b');
    await dialUdp(b, { host, port: listener.address.port });
    await Promise.all([hub.reachable('b'), b.reachable('hub')]);
    const lost = once(b, 'link-down');
    await listener.close();
    await lost;
    const { port } = listener.address;
    listener = await listenUdp(hub, { host, port });
    await Promise.all([hub.reachable('b'), b.reachable('hub')]);
  });

  /** A listener that rejects every peer that says hello; what comes, by the port it comes from. */
  async function rejecting(known: string): Promise<{ port: number; heard: Map<number, string[]> }> {
    const socket = await peer();
    const heard = new Map<number, string[]>();
    socket.on('message', (message, { port, address }) => {
      const said = heard.get(port) ?? [];
      heard.set(port, [...said, String(message)]);
      if (said.length > 0) return;
      socket.send(update('go', 7, known), port, address);
      socket.send('\x03[]', port, address);
    });
    return { port: socket.address().port, heard };
  }

  it.each([
    ['that does not know it', '{}'],
    ['that holds an earlier link with it', '{"b":1}'],
  ])('sends a listener %s and rejects it a hello and nothing else', async (_what, known) => {
    const ended = new EventEmitter();
    const warning = (line: string): void => void ended.emit('line', line);
    const b = new MeshNode({ nodeId: 'b', log: { ...silentLogger, warning } });
    cleanups.push(() => b.close());
    b.advertise('service', { connectionType: 0, tags: {} });
    const { port, heard } = await rejecting(known);
    for (let dials = 1; dials <= 3; dials++) {
      const line = once(ended, 'line');
      const dialer = await dialUdp(b, { host, port, redial: false });
      expect(await line).toEqual([`Link udp ${host}:${port} ended: the peer rejected the link`]);
      await dialer.close();
    }
    // What the node would say later comes before this.
    const last = await peer();
    last.send('\x01', port, host);
    while (heard.size < 4) await new Promise((resolve) => setImmediate(resolve));
    const said = [...heard.values()].map((each) => each.map((text) => text.slice(0, 13)));
    expect(said).toEqual([
      ['\x01{"NodeID":"b'],
      ['\x01{"NodeID":"b'],
      ['\x01{"NodeID":"b'],
      ['\x01'],
    ]);
  });

  it('says that nobody listens', async () => {
    const closed: string[] = [];
    const b = new MeshNode({
      nodeId: 'b',
      log: { ...silentLogger, warning: (line) => void closed.push(line) },
    });
    cleanups.push(() => b.close());
    const free = await peer();
    const { port } = free.address();
    await new Promise<void>((resolve) => free.close(resolve));
    await dialUdp(b, { host, port });
    while (closed.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(closed[0]).toBe(`Link udp ${host}:${port} ended: nobody listens there (ECONNREFUSED)`);
  });

  it('says that a name has no address', async () => {
    await expect(
      dialUdp(node('b'), { host: 'nowhere.invalid', port: 1, redial: false }),
    ).rejects.toMatchObject({ code: 'connect-failed' });
  });
});
