import { duplexPair } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ControlClient } from '../control-client.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A node that answers what it gets as given, and says what it got. */
function node(answers: Readonly<Record<string, string>>) {
  const [near, far] = duplexPair();
  far.write('Receptor Control, node far\n');
  let got = '';
  far.on('data', (chunk: Buffer) => {
    for (const line of String(chunk).split('\n').slice(0, -1)) {
      const [word = ''] = line.split(' ');
      far.write(answers[word.startsWith('{') ? 'submit' : word] ?? 'ERROR: Unknown command\n');
    }
    got += String(chunk);
  });
  return { client: ControlClient.over(near), far, got: () => got };
}

const request = { node: 'far', workType: 'cat' };
const created = 'Work unit created with ID abcdefgh. Send stdin data and EOF.\n';
const started = '{"result":"Job Started","unitid":"abcdefgh"}\n';

it('waits for a node that takes long to store a stdin, as long as it may', async () => {
  const { client, far } = node({ 'stdin-size': '{"StdinSize":5}\n', submit: created });
  const answer = client.submitSized(request, { bytes: 5, open: () => 'hello' });
  await vi.advanceTimersByTimeAsync(3_600_000);
  far.write(started);
  expect(await answer).toEqual({
    unitId: 'abcdefgh',
    result: 'Job Started',
    knowsSize: true,
    isPlain: false,
  });
  expect(client.canRequest).toBe(true);

  const late = client.submitSized(request, { bytes: 5, open: () => 'hello', startTimeoutMs: 50 });
  const refused = expect(late).rejects.toMatchObject({ code: 'timeout' });
  await vi.advanceTimersByTimeAsync(50);
  await refused;
  expect(client.canRequest).toBe(false);
});

it('asks a node of the original for nothing that it refuses, once that is known', async () => {
  const first = node({ submit: created });
  const answer = first.client.submitSized(request, { bytes: 5, open: () => 'hello' });
  await vi.advanceTimersByTimeAsync(0);
  first.far.write(started);
  expect(await answer).toMatchObject({ knowsSize: false, isPlain: true });
  expect(first.got()).toMatch(/^stdin-size 5\nstdin-end [^\n]+\n\{.*\}\nhello$/);

  const second = node({ submit: created });
  const plain = second.client.submitSized(request, {
    bytes: 5,
    open: () => 'hello',
    isPlain: true,
  });
  await vi.advanceTimersByTimeAsync(0);
  second.far.write(started);
  expect(await plain).toMatchObject({ knowsSize: false, isPlain: true });
  expect(second.got()).toMatch(/^\{.*\}\nhello$/);
  expect(second.client.canRequest).toBe(false);
});

it('never starts a unit whose stdin has another size', async () => {
  for (const text of ['hell', 'hello!']) {
    const { client } = node({ 'stdin-size': '{"StdinSize":5}\n', submit: created });
    await expect(client.submitSized(request, { bytes: 5, open: () => text })).rejects.toMatchObject(
      { code: 'wrong-size' },
    );
    expect(client.canRequest).toBe(false);
  }
});
