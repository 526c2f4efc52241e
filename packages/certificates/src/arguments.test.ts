import { expect, it } from 'vitest';
import { connectTls, createTlsServer, initCa, makeRequest, signRequest } from './index.js';
import { TlsClient } from './tls/tls-client.js';
import { TlsServer } from './tls/tls-server.js';

/** Calls as they come from plain JavaScript. */
const calls: [sentence: string, call: (value: never) => unknown, value: unknown][] = [
  ['initCa takes an object of options, not undefined', (v) => initCa(v), undefined],
  [
    "initCa: there is no option 'common_name'; did you mean 'commonName'?",
    (v) => initCa(v),
    { common_name: 'x' },
  ],
  [
    "makeRequest: option 'nodeId' takes a list, each element text, not text",
    (v) => makeRequest(v),
    { commonName: 'x', outReq: 'x', nodeId: 'hop' },
  ],
  [
    "signRequest: option 'req' is missing; it takes text",
    (v) => signRequest(v, { show: () => undefined, ask: () => Promise.resolve('') }),
    {},
  ],
  [
    "TlsServer.load: config: option 'requireClientCert' takes true or false, not text",
    (v) => TlsServer.load(v, { nodeId: 'hop' }),
    { name: 'in', cert: 'c', key: 'k', requireClientCert: 'yes' },
  ],
  [
    "TlsClient.load: option 'nodeId' takes text, not a number",
    (v) => TlsClient.load({ name: 'out' }, v),
    { nodeId: 5 },
  ],
  [
    "connectTls: argument 'client' takes a TlsClient (an object with current), not a mapping",
    (v) => connectTls(v, { host: 'localhost' }),
    {},
  ],
  [
    "createTlsServer: argument 'server' takes a TlsServer (an object with current), not undefined",
    (v) => Promise.resolve().then(() => createTlsServer(v, { accepted: () => undefined })),
    undefined,
  ],
];

it.each(calls)('%s', async (sentence, call, value) => {
  const failure = await Promise.resolve(call(value as never)).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'invalid-argument', message: sentence });
});
