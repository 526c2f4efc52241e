import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fragmentationNeeded, internetChecksum } from './fragmentation-needed.js';
import { Ipv4Packet } from './ipv4-packet.js';
import { PathLimits } from './path-limits.js';
import { IpRouteTable, MAX_IP_ROUTES } from './ip-route-table.js';
import {
  addressText,
  contains,
  networkText,
  parseLocalNetwork,
  parseNetwork,
  parseNetworks,
  type Ipv4Network,
} from './ipv4-network.js';
import { routesShown } from './kernel-routes.js';

function network(text: string): Ipv4Network {
  const parsed = parseNetwork(text);
  if (!parsed) throw new Error(`${text} is no network of IPv4`);
  return parsed;
}

const address = (text: string): number => network(`${text}/32`).base;

function router(nodeId: string, ...routes: string[]): Parameters<IpRouteTable['update']>[0][0] {
  const tags = Object.fromEntries(routes.map((route, at) => [`route_${at}`, route]));
  return { nodeId, tags: { type: 'IP Router', network: 'net', ...tags } };
}

function table(local = '10.0.0.0/30', routes = ''): IpRouteTable {
  return new IpRouteTable({
    networkName: 'net',
    local: parseLocalNetwork(local),
    routes: parseNetworks(routes),
  });
}

describe('networks', () => {
  it.each([
    ['10.1.2.3', /could not parse 10.1.2.3 as a CIDR address/],
    ['10.1.2.3/33', /could not parse/],
    ['10.1.2.300/30', /could not parse/],
    ['fe80::1/129', /could not parse/],
    ['10.0.0.0/29', /local network 10.0.0.0\/29 must be a \/30 CIDR/],
    ['fd00::/64', /local network fd00::\/64 must be a \/30 CIDR/],
    ['fd00::/30', /local network fd00::\/30 must be IPv4/],
  ])('%s can not be a local network', (text, message) => {
    expect(() => parseLocalNetwork(text)).toThrow(
      expect.objectContaining({
        code: 'invalid-network',
        message: expect.stringMatching(message) as unknown,
      }),
    );
  });

  it('are read without the bits of a host', () => {
    expect(networkText(parseLocalNetwork('10.1.2.7/30'))).toBe('10.1.2.4/30');
    expect(parseNetworks('192.168.1.0/24, 0.0.0.0/0').map(networkText)).toEqual([
      '192.168.1.0/24',
      '0.0.0.0/0',
    ]);
    expect(parseNetworks('')).toEqual([]);
    expect(() => parseNetworks('fd00::/64')).toThrow(/must be IPv4/);
  });

  it('hold the addresses that share their prefix', () => {
    const bits = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(bits, bits, fc.integer({ min: 0, max: 32 }), (a, b, prefix) => {
        const text = (n: number): string => n.toString(2).padStart(32, '0').slice(0, prefix);
        const net = network(`${addressText(a)}/${prefix}`);
        expect(contains(net, b)).toBe(text(a) === text(b));
        expect(network(networkText(net))).toEqual(net);
      }),
    );
  });

  it('are found in what ip prints', () => {
    const output =
      'default via 10.0.0.2 \n10.0.0.2 proto kernel scope link src 10.0.0.1 \n10.1.0.0/30 via 10.0.0.2 \n';
    expect([...routesShown(output)]).toEqual(['0.0.0.0/0', '10.0.0.2/32', '10.1.0.0/30']);
    expect([...routesShown('')]).toEqual([]);
  });
});

describe('the node a packet goes to', () => {
  it('has the longest prefix, then the lowest cost, then the first ID', () => {
    const routes = table();
    const costs: Record<string, number> = { cheap: 1, dear: 5, twin: 5 };
    routes.update(
      [
        router('cheap', '10.0.0.0/8', '10.2.0.0/16'),
        router('twin', '10.1.0.0/16', '10.2.0.0/16'),
        router('dear', '10.1.0.0/16', '10.2.0.0/16'),
        router('away', '10.1.1.0/24'),
      ],
      (nodeId) => costs[nodeId],
    );
    expect(routes.nodeFor(address('10.1.1.1'))).toBe('dear');
    expect(routes.nodeFor(address('10.2.1.1'))).toBe('cheap');
    expect(routes.nodeFor(address('10.9.1.1'))).toBe('cheap');
    expect(routes.nodeFor(address('11.0.0.1'))).toBeUndefined();
    expect(routes.isMember('twin')).toBe(true);
    expect(routes.isMember('away')).toBe(false);
    expect([...routes.networks()]).toEqual(['10.2.0.0/16', '10.1.0.0/16', '10.0.0.0/8']);
  });

  it('changes with what is advertised', () => {
    const routes = table();
    routes.update([router('a', '10.1.0.0/30')], () => 1);
    expect(routes.nodeFor(address('10.1.0.1'))).toBe('a');
    routes.update([router('b', '10.1.0.0/30')], () => 1);
    expect(routes.nodeFor(address('10.1.0.1'))).toBe('b');
    routes.update([], () => 1);
    expect(routes.nodeFor(address('10.1.0.1'))).toBeUndefined();
  });

  it('is never for other networks, the own one, or what makes no sense', () => {
    const routes = table('10.0.0.0/30', '192.168.0.0/24');
    routes.update(
      [
        { nodeId: 'a', tags: { type: 'IP Router', network: 'other', route_local: '10.1.0.0/30' } },
        { nodeId: 'b', tags: { type: 'UDP Proxy', network: 'net', route_local: '10.1.0.0/30' } },
        { nodeId: 'c', tags: null },
        router('d', '10.0.0.0/30', '10.0.0.1/32', '192.168.0.0/24', 'nonsense', 'fd00::/64', ''),
      ],
      () => 1,
    );
    expect([...routes.networks()]).toEqual([]);
  });

  it('is one of a bounded number', () => {
    const routes = table();
    const many = Array.from(
      { length: MAX_IP_ROUTES + 10 },
      (_, at) => `11.${at >> 8}.${at & 255}.0/24`,
    );
    routes.update([router('a', ...many)], () => 1);
    expect(routes.networks().size).toBe(MAX_IP_ROUTES);
  });
});

/** A packet with its DF flag, of this protocol and with these bytes after its header. */
function packet(protocol: number, ...payload: number[]): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(0x4000, 6);
  header.writeUInt8(protocol, 9);
  header.writeUInt32BE(address('10.1.0.1'), 12);
  header.writeUInt32BE(address('10.2.0.1'), 16);
  return Buffer.concat([header, Buffer.from(payload)]);
}

describe('packets that do not pass', () => {
  it('are answered with the size that does', () => {
    const tcp = packet(6, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    const big = Ipv4Packet.of(tcp);
    if (!big) throw new Error('a packet');
    expect(big.mayBeTooBig).toBe(true);
    const answer = fragmentationNeeded(big, address('10.1.0.2'), 1400);
    expect(internetChecksum(answer.subarray(0, 20))).toBe(0);
    expect(internetChecksum(answer.subarray(20))).toBe(0);
    expect(answer.readUInt16BE(2)).toBe(answer.length);
    const read = Ipv4Packet.of(answer);
    expect(addressText(read?.source ?? 0)).toBe('10.1.0.2');
    expect(addressText(read?.destination ?? 0)).toBe('10.1.0.1');
    expect([...answer.subarray(20, 22)]).toEqual([3, 4]);
    expect(answer.readUInt16BE(26)).toBe(1400);
    expect(answer.subarray(28)).toEqual(tcp.subarray(0, 28));
    expect(read?.mayBeTooBig).toBe(false);
  });

  it('are not answered when they are errors or may be cut', () => {
    expect(Ipv4Packet.of(packet(1, 8, 0))?.mayBeTooBig).toBe(true);
    expect(Ipv4Packet.of(packet(1, 3, 4))?.mayBeTooBig).toBe(false);
    const cut = packet(17, 1);
    cut.writeUInt16BE(0, 6);
    expect(Ipv4Packet.of(cut)?.mayBeTooBig).toBe(false);
  });

  it('may be any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const read = Ipv4Packet.of(Buffer.from(bytes));
        if (!read) return;
        expect(typeof read.mayBeTooBig).toBe('boolean');
        expect(fragmentationNeeded(read, 1, 576).length).toBeLessThanOrEqual(28 + 68);
      }),
    );
  });

  it('are remembered by node for a minute, of a bounded number', () => {
    let now = 0;
    const limits = new PathLimits(() => now);
    limits.set('a', 1400);
    expect(limits.of('a')).toBe(1400);
    now = 60_000;
    expect(limits.of('a')).toBe(Infinity);
    for (let node = 0; node < 2000; node += 1) limits.set(`n${node}`, node);
    expect(limits.of('n0')).toBe(Infinity);
    expect(limits.of('n1999')).toBe(1999);
  });
});
