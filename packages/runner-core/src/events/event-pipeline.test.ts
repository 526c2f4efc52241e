import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ArtifactFolder } from '../artifacts/artifacts.js';
import { ErrorOutput } from '../process/output/error-output.js';
import { encodeMark } from '../process/output/marks.js';
import { SecretMask } from '../secrets/secret-mask.js';
import { EventPipeline } from './event-pipeline.js';

let folder: string;
let pipeline: EventPipeline;
let artifacts: ArtifactFolder;
let ending: boolean;
const seen: string[] = [];
const recorded: { event: string; stdout: string; counter: number }[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runner-pipeline-'));
  artifacts = await ArtifactFolder.create(
    join(folder, 'artifacts', 'r'),
    join(folder, 'artifacts'),
  );
  ending = false;
  seen.length = 0;
  recorded.length = 0;
  const mask = SecretMask.of(['swordfish']);
  pipeline = await EventPipeline.open({
    plan: { ident: 'r', mask },
    eventsBy: 'socket',
    socket: join(folder, 'events'),
    onEvent: (event) => void seen.push(`handler ${event.stdout}`),
    destination: {
      record: ({ event }) => {
        seen.push(`record ${event.stdout}`);
        recorded.push(event);
      },
      flush: () => undefined,
    },
    errors: new ErrorOutput(artifacts, undefined, mask),
    flow: {
      pause: () => undefined,
      resume: () => undefined,
      failed: (error) => void seen.push(`failed ${String(error)}`),
    },
    checkEventData: true,
    isEnding: () => ending,
    onText: (bytes) => void seen.push(`text ${bytes.toString()}`),
    onFirstEvent: () => void seen.push('first event'),
  });
});
afterEach(async () => {
  pipeline.close();
  artifacts.finish('successful', 0);
  await rm(folder, { recursive: true, force: true });
});

/** The callback plugin of a job; resolves with the secret. */
async function pluginSends(lines: string): Promise<string> {
  const socket = connect(join(folder, 'events'));
  const [data] = (await once(socket, 'data')) as [Buffer];
  socket.end(lines);
  return data.toString().trim();
}

it('joins output with the data of the callback plugin, without secrets, handler first', async () => {
  const secret = await pluginSends(
    'u1 {"event": "runner_on_ok", "event_data": {"a": "swordfish"}}\nu2 {"event": "x"}\n',
  );
  for (const text of ['before\n', encodeMark(secret, 'u1'), 'ok: swordfish\n', encodeMark(secret)])
    pipeline.output(Buffer.from(text));
  await pipeline.end(60_000);
  expect(recorded).toMatchObject([
    { counter: 1, event: 'verbose', stdout: 'before' },
    {
      counter: 2,
      event: 'runner_on_ok',
      stdout: 'ok: **********',
      event_data: { a: '**********' },
    },
  ]);
  expect(seen).toEqual([
    'text before\n',
    'first event',
    'text ok: swordfish\n',
    'handler before',
    'record before',
    'handler ok: **********',
    'record ok: **********',
  ]);
  expect(pipeline.tail.whole).toBe('before\nok: swordfish\n');
});

it.each([
  [false, ['first event', expect.stringMatching(/^failed .*u9/), 'handler ', 'record ']],
  [true, ['first event', 'handler ', 'record ']],
])(
  'asks for the data of every event, unless the job is being ended (%s)',
  async (isEnding, expected) => {
    ending = isEnding;
    const secret = await pluginSends('');
    pipeline.output(Buffer.concat([encodeMark(secret, 'u9'), encodeMark(secret)]));
    await pipeline.end(60_000);
    expect(seen).toEqual(expected);
  },
);

it('waits for data of an event only so long when another process keeps the connection open', async () => {
  const socket = connect(join(folder, 'events'));
  const [data] = (await once(socket, 'data')) as [Buffer];
  const secret = data.toString().trim();
  pipeline.output(
    Buffer.concat([encodeMark(secret, 'u1'), Buffer.from('x\n'), encodeMark(secret)]),
  );
  await pipeline.end(1);
  expect(recorded).toMatchObject([{ event: 'verbose', stdout: 'x' }]);
  socket.destroy();
});

it('keeps standard error apart, and remembers its end', async () => {
  await pipeline.errorOutput(Buffer.from('no such file\n'));
  await pipeline.notice('The command was not found.');
  await pipeline.end(1);
  expect(recorded).toMatchObject([{ stdout: 'The command was not found.' }]);
  expect(pipeline.tail.whole).toBe('no such file\n');
});
