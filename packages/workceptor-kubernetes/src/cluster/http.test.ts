import { Agent } from 'node:https';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { refusalOf, statusError, wholeAnswer } from './http.js';
import type { LoginOptions } from './login.js';

const login: LoginOptions = { headers: {}, forget: () => undefined };

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
  expect(await refusalOf(answer, 429, login)).toMatchObject({
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

it.each([
  ['a short token', { headers: { Authorization: 'Bearer short' } }, 'Bearer short', 'Bearer ***'],
  [
    'a token across the end of what is shown',
    { headers: { Authorization: `Bearer ${'t'.repeat(900)}` } },
    `${'x'.repeat(180)} ${'t'.repeat(900)}`,
    `${'x'.repeat(180)} ***`,
  ],
  [
    'a part of a token',
    { headers: { Authorization: `Bearer ${'t'.repeat(900)}` } },
    `Authorization: Bearer ${'t'.repeat(80)}`,
    'Authorization: Bearer ***',
  ],
  ['name and password', { auth: 'me:p' }, 'it was me:p', 'it was ***'],
  ['a Basic login', { auth: 'me:p' }, 'authorization: Basic bWU6cA==', 'authorization: Basic ***'],
  ['one as HTML has it', { auth: 'me:p' }, 'Basic bWU6cA&#61;&#61;', 'Basic ***&#61;&#61;'],
  ['one as JSON has it', { auth: 'me:???' }, '{"a":"Basic bWU6Pz8\\/"}', '{"a":"Basic ***"}'],
])('%s of the login is not shown', async (_, options, text, shown) => {
  for (const body of [text, JSON.stringify({ kind: 'Status', message: text })]) {
    const answer = Object.assign(Readable.from([Buffer.from(body)]), { headers: {} });
    const error = await refusalOf(answer, 502, { ...login, ...options });
    expect(error.message).toBe(shown);
  }
});

it('nor is the login of a proxy on the way', async () => {
  const agent = Object.assign(new Agent(), { proxy: new URL('http://me:p%40@proxy:3128') });
  const text = `Proxy-Authorization: Basic ${Buffer.from('me:p@').toString('base64')}`;
  const answer = Object.assign(Readable.from([Buffer.from(text)]), { headers: {} });
  const error = await refusalOf(answer, 407, { ...login, agent });
  expect(error.message).toBe('Proxy-Authorization: Basic ***');
});
