import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { refusalOf, statusError, wholeAnswer } from './http.js';

const endless = (): Readable =>
  Readable.from(
    (async function* () {
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        yield Buffer.from(' ');
      }
    })(),
  );

it('an answer that comes drop by drop is not waited for for ever', async () => {
  const answer = endless();
  await expect(wholeAnswer(answer, { timeoutMs: 50 })).rejects.toMatchObject({
    code: 'unreachable',
    message: "the API server's answer ended early: it is not whole in 0.05 s",
  });
  expect(answer.destroyed).toBe(true);
});

it('an answer has a bound', async () => {
  const answer = Readable.from([Buffer.alloc(10), Buffer.alloc(10)]);
  await expect(wholeAnswer(answer, { maxBytes: 15 })).rejects.toMatchObject({ code: 'bad-answer' });
});

it.each([
  ['soon', undefined],
  ['-5', undefined],
  ['Wed, 21 Oct 2015 07:28:00 GMT', undefined],
  [undefined, undefined],
  ['3', 3_000],
  ['1e99', 60_000],
])('a Retry-After of %s is %s ms', async (header, ms) => {
  const answer = Object.assign(Readable.from([]), { headers: { 'retry-after': header } });
  expect(await refusalOf(answer, 429)).toMatchObject({
    code: 'busy',
    options: { retryAfterMs: ms },
  });
});

it.each([
  [500, { kind: 'Status', reason: 'constructor', message: 'x' }, 'server'],
  [404, { kind: 'Status', reason: 5, message: null, code: '404' }, 'not-found'],
  [403, ['Status'], 'forbidden'],
  [503, null, 'server'],
  [200, { kind: 'Status', code: Number.MAX_VALUE }, 'server'],
])('a status of another form (%d, %j) is one of the known codes', (status, body, code) => {
  expect(statusError(status, JSON.stringify(body))).toMatchObject({ code });
});

it('what is said is bounded, and can not move a terminal', () => {
  const message = `\u001b[2J${'x'.repeat(10_000)}`;
  const error = statusError(500, JSON.stringify({ kind: 'Status', message }));
  expect(error.message).not.toContain('\u001b');
  expect(error.message).toHaveLength(1_024);
});
