import { expect, it } from 'vitest';
import { KubernetesError } from '../errors.js';
import type { LoginProgram, ProgramCredential } from './login-program.js';
import { ProgramCredentials } from './program-credentials.js';

const program: LoginProgram = { command: 'login', args: [], env: {}, apiVersion: 'v1' };
const NEVER = Number.POSITIVE_INFINITY;

/** Programs that are under way: each is ended by hand. */
function started(): {
  readonly credentials: ProgramCredentials;
  readonly runs: { give: (token: string, until?: number) => void; fail: () => void }[];
  readonly clock: { now: number };
} {
  const clock = { now: 0 };
  const runs: { give: (token: string, until?: number) => void; fail: () => void }[] = [];
  const execute = (): Promise<ProgramCredential> =>
    new Promise((resolve, reject) => {
      runs.push({
        give: (token, until = NEVER) => {
          resolve({ token, until });
        },
        fail: () => {
          reject(new KubernetesError('bad-config', 'no'));
        },
      });
    });
  return { credentials: new ProgramCredentials(() => clock.now, execute), runs, clock };
}

it('is run once for all who ask at once, and for all who are refused at once', async () => {
  const { credentials, runs, clock } = started();
  const all = Array.from({ length: 500 }, () => credentials.of(program));
  expect(runs).toHaveLength(1);
  runs[0]?.give('one');
  expect(new Set((await Promise.all(all)).map(({ token }) => token))).toEqual(new Set(['one']));
  clock.now = 60_000;
  const again: Promise<ProgramCredential>[] = [];
  for (let n = 0; n < 500; n++) {
    credentials.refuse();
    again.push(credentials.of(program));
  }
  expect(runs).toHaveLength(2);
  runs[1]?.give('two');
  expect(new Set((await Promise.all(again)).map(({ token }) => token))).toEqual(new Set(['two']));
});

it('whose credentials are refused one after the other is run each five seconds', async () => {
  const { credentials, runs, clock } = started();
  for (let ms = 0; ms < 60_000; ms += 20) {
    clock.now = ms;
    const asked = credentials.of(program);
    runs.at(-1)?.give('revoked');
    await asked;
    // until it is known to have ended
    await Promise.resolve();
    await new Promise(setImmediate);
    credentials.refuse();
  }
  expect(runs).toHaveLength(12);
});

it('that fails is not run by each request', async () => {
  const { credentials, runs, clock } = started();
  const first = credentials.of(program);
  runs[0]?.fail();
  await expect(first).rejects.toMatchObject({ code: 'bad-config' });
  await new Promise(setImmediate);
  await expect(credentials.of(program)).rejects.toMatchObject({ code: 'bad-config' });
  expect(runs).toHaveLength(1);
  clock.now = 1_000;
  const later = credentials.of(program);
  runs[1]?.give('t');
  expect((await later).token).toBe('t');
});

it('is run again at once where it is another one, or what it gave has expired', async () => {
  const { credentials, runs } = started();
  const first = credentials.of(program);
  runs[0]?.give('old', Date.now() - 1);
  await first;
  await new Promise(setImmediate);
  void credentials.of(program);
  void credentials.of({ ...program, args: ['other'] });
  expect(runs).toHaveLength(3);
});
