import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { hostPort, plainAddress } from './address.js';
import { listenPlaceText, serverPlace, type ListenPlace } from './listen-place.js';
import { bindUdp } from './udp.js';

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((each) => each?.address === '::1');
const without = hasIpv6 ? '' : ' (skipped: this machine has no ::1)';
if (!hasIpv6) console.warn(`IPv6 tests${without}`);

const opened: { close(): unknown }[] = [];
afterEach(() => {
  for (const each of opened.splice(0)) each.close();
});

async function bound(place: ListenPlace): Promise<readonly [Socket, ...Socket[]]> {
  const sockets = await bindUdp(place);
  opened.push(...sockets);
  return sockets;
}

/** Who a socket of that family is for those that listen, when it sends to them. */
async function seen(sockets: readonly Socket[], to: string, port: number): Promise<string> {
  const sender = createSocket(to.includes(':') ? 'udp6' : 'udp4');
  opened.push(sender);
  sender.bind(0, to);
  await once(sender, 'listening');
  const heard = Promise.race(
    sockets.map(async (socket) => {
      const [, from] = (await once(socket, 'message')) as [Buffer, RemoteInfo];
      expect(from.port).toBe(sender.address().port);
      return plainAddress(from.address);
    }),
  );
  sender.send('x', port, to);
  return heard;
}

describe('a place to listen', () => {
  it('without a host is every address', () => {
    expect(serverPlace({ port: 1 })).toEqual({ port: 1 });
    expect(listenPlaceText({ port: 1 })).toBe('*:1');
  });

  it('with a host is that one', () => {
    expect(serverPlace({ host: '[::1]', port: 1 })).toEqual({ host: '::1', port: 1 });
    expect(serverPlace({ host: '0.0.0.0', port: 1 })).toEqual({ host: '0.0.0.0', port: 1 });
    expect(listenPlaceText({ host: '::1', port: 1 })).toBe(hostPort('::1', 1));
  });
});

describe('UDP', () => {
  it.skipIf(!hasIpv6)(`hears both families without a host${without}`, async () => {
    const sockets = await bound({ port: 0 });
    const { port } = sockets[0].address();
    expect(await seen(sockets, '127.0.0.1', port)).toBe('127.0.0.1');
    expect(await seen(sockets, '::1', port)).toBe('::1');
  });

  it('binds the address that it is given and no other', async () => {
    const sockets = await bound({ host: '127.0.0.1', port: 0 });
    expect(sockets.map((socket) => socket.address().address)).toEqual(['127.0.0.1']);
  });

  it('says what the system says of a port that is taken', async () => {
    const [first] = await bound({ port: 0 });
    await expect(bindUdp({ port: first.address().port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });

  it.skipIf(!hasIpv6)(`servers of TCP hear both families as well${without}`, async () => {
    const server = createServer((socket) => socket.end()).listen(serverPlace({ port: 0 }));
    opened.push(server);
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    for (const host of ['127.0.0.1', '::1']) await once(connect({ host, port }), 'connect');
  });
});
