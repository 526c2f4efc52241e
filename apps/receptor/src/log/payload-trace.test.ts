import type { WorkHandler } from '@receptorjs/control-service';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { lineLog, type Level } from './log.js';
import { payloadTraced, payloadTraceLevel, type PayloadTraceLevel } from './payload-trace.js';

/** What stands in the log after a submission, and what the unit has got. */
async function submitted(
  level: PayloadTraceLevel,
  stdin: Uint8Array[],
  how: { node?: string; least?: Level; transport?: 'unix' | 'mesh' } = {},
): Promise<{ lines: string[]; got: Buffer }> {
  const { node = 'localhost', least = 'debug', transport = 'unix' } = how;
  const lines: string[] = [];
  const log = lineLog(least, (line) => lines.push(line), { format: (_l, _a, text) => text });
  let got = Buffer.alloc(0);
  const work = {
    submit: () =>
      Promise.resolve({
        unitId: 'abc',
        start: async (input: AsyncIterable<Uint8Array>) => {
          got = await buffer(Readable.from(input));
          return 'Job Started';
        },
      }),
  } as Partial<WorkHandler> as WorkHandler;
  const traced = payloadTraced(work, level, { log, nodeId: 'near' });
  const submission = { node, workType: 'cat', params: {}, signWork: false };
  const unit = await traced.submit(submission, { transport });
  await unit.start(Readable.from(stdin, { objectMode: true }));
  return { lines, got };
}

const text = (words: string): Uint8Array[] => [Buffer.from(words)];

it('says as much as the level asks for, in the words of the original', async () => {
  expect((await submitted(1, text('x'))).lines).toEqual([
    'PACKET TRACING ENABLED: Reading from unix socket',
    'PACKET TRACING ENABLED: Reading from stdin',
  ]);
  expect((await submitted(2, text('x'), { node: 'far', transport: 'mesh' })).lines).toEqual([
    'PACKET TRACING ENABLED: Reading from network connection with work unit abc',
  ]);
  expect((await submitted(3, text('a "password": "hunter2"'))).lines[0]).toBe(
    'PACKET TRACING ENABLED: Reading from unix socket with work unit abc with a payload of: a "password": "***"',
  );
});

it('D25: leaves the payload as it is, whatever it ends with', async () => {
  for (const words of ['one\ntwo', 'one\n', '', 'no end of a line']) {
    expect((await submitted(3, text(words))).got.toString()).toBe(words);
  }
});

it('shows the begin of a long payload, and says how long it is', async () => {
  const { lines, got } = await submitted(3, Array(100).fill(Buffer.alloc(1_000, 'x')) as Buffer[]);
  expect(got).toHaveLength(100_000);
  expect(lines[0]).toMatch(/payload of: x{2048}\.\.\. \(100000 bytes\)$/);
});

it('says nothing where debug is not logged', async () => {
  expect((await submitted(3, text('x'), { least: 'info' })).lines).toEqual([]);
});

it('takes 1, 2 and 3 for a level', () => {
  expect(['1', '2', '3', '0', '4', 'x', '', undefined].map(payloadTraceLevel)).toEqual([
    1,
    2,
    3,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
