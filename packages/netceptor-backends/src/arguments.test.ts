import { MeshNode } from '@receptorjs/netceptor';
import { afterAll, expect, it } from 'vitest';
import { dialTcp, dialUdp, dialWebSocket, listenTcp, listenUdp, listenWebSocket } from './index.js';

const node = new MeshNode({ nodeId: 'near' });
afterAll(() => node.close());

const calls: [sentence: string, call: (value: never) => Promise<unknown>, value: unknown][] = [
  [
    "dialTcp: option 'port' takes a whole number of at least 0, not text",
    (v) => dialTcp(node, v),
    { host: 'localhost', port: '2222' },
  ],
  [
    "dialTcp: argument 'node' takes a MeshNode (an object with attachLink, checkLinkOptions), not a mapping",
    (v) => dialTcp(v, { host: 'localhost', port: 2222 }),
    {},
  ],
  [
    "listenTcp: there is no option 'bindaddr'; it takes cost, nodeCost, allowedPeers, host, port, tls",
    (v) => listenTcp(node, v),
    { port: 0, bindaddr: '::1' },
  ],
  ["dialUdp: option 'host' is missing; it takes text", (v) => dialUdp(node, v), { port: 1 }],
  [
    "listenUdp: option 'allowedPeers' takes a list, each element text, not text",
    (v) => listenUdp(node, v),
    { port: 0, allowedPeers: 'far' },
  ],
  [
    "dialWebSocket: option 'url' takes text, not an instance of URL",
    (v) => dialWebSocket(node, v),
    { url: new URL('ws://localhost') },
  ],
  [
    "listenWebSocket: option 'tls' takes a TlsServer (an object with current), not a mapping",
    (v) => listenWebSocket(node, v),
    { port: 0, tls: { cert: 'x' } },
  ],
];

it.each(calls)('%s', async (sentence, call, value) => {
  await expect(call(value as never)).rejects.toMatchObject({
    code: 'invalid-argument',
    message: sentence,
  });
});
