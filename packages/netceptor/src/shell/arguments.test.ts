import { afterEach, expect, it } from 'vitest';
import { MeshNode } from './mesh-node.js';

const node = new MeshNode({ nodeId: 'near' });
afterEach(() => node.close());

const calls: [sentence: string, call: (value: never) => unknown, value: unknown][] = [
  ['new MeshNode takes an object of options, not text', (v) => new MeshNode(v), 'near'],
  [
    "new MeshNode: there is no option 'node_id'; did you mean 'nodeId'?",
    (v) => new MeshNode(v),
    { node_id: 'near' },
  ],
  ["node.ping: argument 'target' takes text, not undefined", (v) => node.ping(v), undefined],
  [
    "node.ping: option 'timeoutMs' takes a number, not text",
    (v) => node.ping('far', v),
    { timeoutMs: '5' },
  ],
  [
    "node.openDatagram: argument 'service' takes text, not a number",
    (v) => node.openDatagram(v),
    5,
  ],
  [
    "node.advertise: argument 'description' takes an object, not undefined",
    (v) => node.advertise('x', v),
    undefined,
  ],
];

it.each(calls)('%s', async (sentence, call, value) => {
  const failure = await Promise.resolve()
    .then(() => call(value as never))
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'invalid-argument', message: sentence });
});
