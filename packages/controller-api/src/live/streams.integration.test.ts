import { skipsWithoutPostgres, startPostgres } from '@receptorjs/tooling-test-postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD, START_MS, startServer, type TestServer } from '../test-server.js';
import { bearer, openSocket, openStream, type Stream } from './test-clients.js';
import { startRun } from './test-runs.js';

/** Who follows is asked who they are so often here. */
const HEARTBEAT_MS = 150;

/** Counters of the events that come until the stream ends. */
async function rest(stream: Stream): Promise<number[]> {
  const counters: number[] = [];
  for (;;) {
    const event = await stream.next();
    if (event === undefined) return counters;
    if (event.name === 'job_event') counters.push(Number(event.data['counter']));
  }
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);

const databases = [
  { kind: 'pglite', isMissing: false },
  { kind: 'postgres', isMissing: skipsWithoutPostgres() },
] as const;

describe.each(databases)('what is followed live, on $kind', ({ kind, isMissing }) => {
  /** Where jobs run, and where they are followed; two processes have one database on PostgreSQL alone. */
  let runs: TestServer;
  let follows: TestServer;
  let stop: () => Promise<void> = () => Promise.resolve();

  beforeAll(async () => {
    if (isMissing) return;
    const postgres = kind === 'postgres' ? await startPostgres() : undefined;
    const database = postgres && ({ kind: 'postgres', url: postgres.url() } as const);
    runs = await startServer({ heartbeatMs: HEARTBEAT_MS, ...(database && { database }) });
    follows =
      database === undefined
        ? runs
        : await startServer({ heartbeatMs: HEARTBEAT_MS, database, hostname: 'control-2' });
    stop = async () => {
      if (follows !== runs) await follows.stop();
      await runs.stop();
      await postgres?.stop();
    };
  }, START_MS);
  afterAll(() => stop(), START_MS);

  const stream = (path: string, headers: Record<string, string> = {}) =>
    openStream(`${follows.url}/api/v2/${path}`, { ...bearer('auditor'), ...headers });
  const socketOf = (headers: Record<string, string>) =>
    openSocket(`${follows.url}/websocket/`, headers);

  describe.skipIf(isMissing)('by server-sent events', () => {
    it('tells every event once, those that are there and those that come, until all have come', async () => {
      const run = await startRun(runs.storage);
      await run.emit(...range(1, 250));
      const followed = await stream(`jobs/${run.id}/job_events/stream/`);
      expect(await followed.next()).toMatchObject({ name: 'status', data: { status: 'running' } });
      expect(await followed.next()).toMatchObject({ id: '1', data: { counter: 1, job: run.id } });
      const counters = rest(followed);
      await run.emit(...range(251, 260));
      await run.end(262);
      // of a job that has ended events may still be on their way
      await run.emit(262);
      await run.emit(261);
      expect(await counters).toEqual(range(2, 262));
    });

    it('waits for an event that comes late, and tells it in its place', async () => {
      const run = await startRun(runs.storage);
      const followed = await stream(`jobs/${run.id}/job_events/stream/`);
      await run.emit(1);
      const counters = rest(followed);
      await run.emit(3, 4);
      await run.emit(2);
      await run.end(4);
      expect(await counters).toEqual([1, 2, 3, 4]);
    });

    it('goes on behind the event that came last, and says when nothing is left', async () => {
      const run = await startRun(runs.storage);
      const path = `jobs/${run.id}/job_events/stream/`;
      await run.emit(...range(1, 5));
      const first = await stream(path);
      await first.next();
      for (const counter of [1, 2, 3])
        expect(await first.next()).toMatchObject({ id: String(counter) });
      first.close();
      await run.emit(6);
      await run.end(6);
      expect(await rest(await stream(path, { 'last-event-id': '3' }))).toEqual([4, 5, 6]);
      expect(await rest(await stream(`${path}?after=5`))).toEqual([6]);
      expect(await stream(path, { 'last-event-id': '6' })).toMatchObject({ status: 204 });
      expect(await stream(path, { 'last-event-id': 'x' })).toMatchObject({ status: 400 });
    });

    it('tells what becomes of all jobs, in order, also what happened while nobody looked', async () => {
      const followed = await stream('unified_jobs/stream/');
      const opened = await followed.next();
      expect(opened).toMatchObject({ name: 'open' });
      const run = await startRun(runs.storage);
      expect(await followed.next()).toMatchObject({
        name: 'status_changed',
        data: { unified_job_id: run.id, status: 'pending', type: 'job' },
      });
      const last = await followed.next();
      expect(last).toMatchObject({ data: { status: 'running', instance_group_name: '' } });
      followed.close();
      await run.emit(1);
      await run.end(1);
      const again = await stream('unified_jobs/stream/', { 'last-event-id': last?.id ?? '' });
      expect(await again.next()).toMatchObject({ data: { status: 'successful' } });
      expect(await again.next()).toMatchObject({ name: 'summary', data: { final_counter: 1 } });
      again.close();
      const unknown = await stream('unified_jobs/stream/', { 'last-event-id': '1; drop' });
      expect(await unknown.next()).toMatchObject({ name: 'reset' });
      unknown.close();
    });

    it('shows that it is there, and ends with the right to be told', async () => {
      const user = await runs.store.insert('users', {
        username: `gone-${kind}`,
        password: 'x',
        is_operator: true,
      });
      const token = await runs.send('POST', '/api/v2/tokens/', {}, {});
      await runs.store.update('tokens', token.body.id, { user });
      const run = await startRun(runs.storage);
      const headers = { authorization: `Bearer ${token.body.token}` };
      const followed = await stream(`jobs/${run.id}/job_events/stream/`, headers);
      await followed.next();
      const next = followed.next();
      await expect.poll(() => followed.comments(), { timeout: 10_000 }).toBeGreaterThan(0);
      await runs.store.update('users', user, { is_operator: false });
      expect(await next).toMatchObject({ name: 'denied' });
      expect(await followed.next()).toBeUndefined();
    });

    it('is refused to whoever may not read what is told', async () => {
      const run = await startRun(runs.storage);
      for (const path of [`jobs/${run.id}/job_events/stream/`, 'unified_jobs/stream/']) {
        expect(await stream(path, bearer('none'))).toMatchObject({ status: 403 });
        expect(await stream(path, { authorization: '' })).toMatchObject({ status: 401 });
      }
      expect(await stream('jobs/999999/job_events/stream/')).toMatchObject({ status: 404 });
    });
  });

  describe.skipIf(isMissing)('by the WebSocket', () => {
    it('tells of jobs, their ends and their events to whoever asked for that, until they ask for something else', async () => {
      const socket = await socketOf(bearer('operator'));
      expect(await socket.next()).toMatchObject({ accept: true });
      socket.send({ groups: { jobs: ['status_changed', 'summary'], schedules: ['changed'] } });
      expect(await socket.next()).toEqual({
        groups_current: ['jobs-status_changed', 'jobs-summary', 'schedules-changed'],
        groups_left: [],
        groups_joined: ['jobs-status_changed', 'jobs-summary', 'schedules-changed'],
      });
      const run = await startRun(runs.storage);
      expect(await socket.next()).toMatchObject({ group_name: 'jobs', status: 'pending' });
      expect(await socket.next()).toMatchObject({ unified_job_id: run.id, status: 'running' });
      socket.send({ groups: { jobs: ['summary'], job_events: [run.id] } });
      expect(await socket.next()).toEqual({
        groups_current: ['jobs-summary', `job_events-${run.id}`],
        groups_left: ['jobs-status_changed', 'schedules-changed'],
        groups_joined: [`job_events-${run.id}`],
      });
      await run.emit(1, 2);
      expect(await socket.next()).toMatchObject({
        group_name: 'job_events',
        job: run.id,
        counter: 1,
        stdout: 'ok: [web-1]',
        url: expect.stringMatching(/^\/api\/v2\/job_events\/\d+\/$/) as string,
      });
      expect(await socket.next()).toMatchObject({ counter: 2 });
      await run.end(2);
      expect(await socket.next()).toEqual({
        group_name: 'jobs',
        unified_job_id: run.id,
        final_counter: 2,
      });
      socket.close();
    });

    it('allows a hundred channels, however many are requested', async () => {
      const socket = await socketOf(bearer('operator'));
      await socket.next();
      const run = await startRun(runs.storage);
      socket.send({ groups: { job_events: [run.id, ...range(900_000, 900_200)] } });
      const errors: unknown[] = [];
      let last = await socket.next();
      for (; last?.['error'] !== undefined; last = await socket.next()) errors.push(last['error']);
      expect(errors).toHaveLength(100);
      expect(errors.at(-1)).toBe('at most 100 channels are allowed');
      expect(last).toMatchObject({ groups_current: [`job_events-${run.id}`] });
      socket.close();
    });

    it('removes the channel of a job once all of its events have been sent', async () => {
      const socket = await socketOf(bearer('operator'));
      await socket.next();
      const run = await startRun(runs.storage);
      socket.send({ groups: { job_events: [run.id], jobs: ['summary'] } });
      await socket.next();
      await run.emit(1);
      await run.end(1);
      const sent = [await socket.next(), await socket.next()];
      expect(sent).toMatchObject([{ counter: 1 }, { final_counter: 1 }]);
      socket.send({ groups: { jobs: ['summary'] } });
      expect(await socket.next()).toEqual({
        groups_current: ['jobs-summary'],
        groups_left: [],
        groups_joined: [],
      });
      socket.close();
    });

    it('closes the connection of a client that sends too much, or too much at once', async () => {
      const large = await socketOf(bearer('operator'));
      large.send({ groups: { jobs: ['x'.repeat(65_536)] } });
      expect(await large.closed).toBe(1009);
      const fast = await socketOf(bearer('operator'));
      for (const id of range(1, 1000)) fast.send({ groups: { job_events: [id] } });
      expect(await fast.closed).toBe(1008);
    });

    it('refuses what somebody may not hear, and what is no message', async () => {
      const socket = await socketOf(bearer('none'));
      await socket.next();
      socket.send({ groups: { jobs: ['status_changed'], job_events: [999_999], toString: [1] } });
      for (const name of ['jobs', 'job_events', 'toString'])
        expect(await socket.next()).toEqual({
          error: expect.stringContaining(`access denied to channel ${name}`) as string,
        });
      expect(await socket.next()).toMatchObject({ groups_current: [] });
      socket.send('nonsense');
      expect(await socket.next()).toHaveProperty('error');
      socket.close();
      await expect(socketOf({ authorization: 'Bearer wrong' })).rejects.toThrow('refused: 401');
      await expect(socketOf({})).rejects.toThrow('refused: 401');
    });

    it('lets a session in from our own pages with its token alone, and ends with the session', async () => {
      const { origin } = new URL(follows.url);
      const cookie = await loggedIn(follows.url);
      await expect(socketOf({ cookie: cookie.all })).rejects.toThrow('refused: 403');
      await expect(socketOf({ cookie: cookie.all, origin: 'http://evil.example' })).rejects.toThrow(
        'refused: 403',
      );
      const socket = await socketOf({ cookie: cookie.all, origin });
      await socket.next();
      const groups = { jobs: ['status_changed'] };
      socket.send({ groups });
      socket.send({ groups, xrftoken: 'guessed' });
      expect(await socket.next()).toEqual({ error: 'access denied to channel' });
      expect(await socket.next()).toEqual({ error: 'access denied to channel' });
      socket.send({ groups, xrftoken: cookie.csrf });
      expect(await socket.next()).toMatchObject({ groups_joined: ['jobs-status_changed'] });
      await fetch(`${follows.url}/api/logout/`, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie: cookie.all, 'x-csrftoken': cookie.csrf },
      });
      expect(await socket.next()).toEqual({ close: true });
      expect(await socket.closed).toBe(4401);
    });
  });
});

async function loggedIn(url: string): Promise<{ all: string; csrf: string }> {
  const names = (response: Response) =>
    response.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '');
  const [csrf = ''] = names(await fetch(`${url}/api/`));
  const response = await fetch(`${url}/api/login/`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: csrf, 'x-csrftoken': csrf.split('=')[1] ?? '' },
    body: new URLSearchParams({ username: 'admin', password: PASSWORD }),
  });
  const all = names(response);
  const token = all.find((cookie) => cookie.startsWith('csrftoken='))?.split('=')[1] ?? '';
  return { all: all.join('; '), csrf: token };
}
