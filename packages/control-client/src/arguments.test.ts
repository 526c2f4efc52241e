import { expect, it } from 'vitest';
import { ControlClient } from './control-client.js';

const client = ControlClient.through(() => Promise.reject(new Error('nothing may be opened')));
/** As a caller without a type checker sees it. */
const untyped = client as unknown as Record<string, (...all: unknown[]) => Promise<unknown>>;

it.each([
  ['runWork', [{ node: 'far' }], "runWork: option 'workType' is missing; it takes text"],
  [
    'submit',
    [{ node: 'far', worktype: 'cat' }],
    "there is no option 'worktype'; did you mean 'workType'?",
  ],
  ['submit', [{ node: 'far', workType: 'cat', params: { n: 1 } }], 'takes text, not a number'],
  ['submit', [{ node: 'far', workType: 'cat' }, 5], "submit: argument 'payload' takes"],
  ['runWork', [{ node: 'far', workType: 'cat' }, '', { onStdOut: 1 }], "did you mean 'onStdout'?"],
  ['results', [5], "results: argument 'unitId' takes text, not a number"],
  ['results', ['u1', { startpos: 1 }], "did you mean 'startPos'?"],
  [
    'results',
    ['u1', { startPos: 1.5 }],
    "'startPos' takes a whole number of at least 0, or a bigint",
  ],
  ['resultStream', ['u1', { startPos: '7' }], 'or a bigint, not text'],
  ['resultStream', [], "resultStream: argument 'unitId' takes text, not undefined"],
  ['ping', [7], "ping: argument 'target' takes text"],
  ['traceroute', [], "traceroute: argument 'target' takes text"],
  ['workStatus', [{ unitId: 'u1' }], "workStatus: argument 'unitId' takes text, not a mapping"],
  ['workStatuses', [[7]], "workStatuses: argument 'unitId' takes text, not a number"],
  ['workCancel', ['u1', { signature: 's' }], "argument 'signature' takes text, not a mapping"],
  ['workRelease', ['u1', { forced: true }], "did you mean 'force'?"],
  ['connectService', ['far'], "connectService: argument 'service' takes text"],
  ['connectService', ['far', 'control', { tls: 'x' }], "there is no option 'tls'"],
] as const)('%s(%j) is refused at the door', async (method, given, message) => {
  await expect(untyped[method]?.(...given)).rejects.toMatchObject({
    code: 'invalid-argument',
    message: expect.stringContaining(message) as string,
  });
});

it('watch is refused with the first status', async () => {
  const watch = untyped.watch as unknown as (...all: unknown[]) => AsyncGenerator;
  await expect(watch.call(client, 5).next()).rejects.toThrow("watch: argument 'unitId' takes text");
});

it('connect and through take what they can use alone', async () => {
  const untypedClass = ControlClient as unknown as Record<
    'connect' | 'through',
    (...all: unknown[]) => unknown
  >;
  await expect(untypedClass.connect(5)).rejects.toThrow(
    "ControlClient.connect: argument 'address' takes",
  );
  await expect(untypedClass.connect('/x', { timeout: 5 })).rejects.toThrow(
    "did you mean 'timeoutMs'?",
  );
  expect(() => untypedClass.through('/x')).toThrow("argument 'open' takes a function");
});
