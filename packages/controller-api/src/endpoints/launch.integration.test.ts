import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, openStream } from '../live/test-followers.js';
import { startRun } from '../live/test-runs.js';
import { START_MS, startServer, type TestServer } from '../test-server.js';

let server: TestServer;
let template: number;
beforeAll(async () => {
  server = await startServer();
  const { store } = server;
  const organization = await store.insert('organizations', { name: 'Default' });
  const project = await store.insert('projects', { name: 'plays', organization, status: 'ok' });
  const inventory = await store.insert('inventories', { name: 'all', organization });
  await store.insert('hosts', { name: 'web', inventory });
  const links = { project, inventory, organization, ask_variables_on_launch: true };
  template = await store.insert('job_templates', { name: 'site', playbook: 'site.yml', ...links });
}, START_MS);
afterAll(() => server.stop(), START_MS);

describe('a launch', () => {
  it('is there with the note of who made it, or not at all', async () => {
    const launch = () => server.send('POST', `/api/v2/job_templates/${template}/launch/`, {});
    const jobs = () => server.store.count('jobs', { kind: 'all', of: [] });
    const before = await jobs();
    const { schema } = server.storage.database;
    await schema.alterTable('activity_stream').renameTo('away').execute();
    expect((await launch()).status).toBe(500);
    expect(await jobs()).toBe(before);
    await schema.alterTable('away').renameTo('activity_stream').execute();
    const made = await launch();
    expect(made).toMatchObject({ status: 201, body: { type: 'job', ignored_fields: {} } });
    const noted = await server.send(
      'GET',
      `/api/v2/activity_stream/?object1=job&object1_id=${made.body.id}`,
    );
    expect(noted.body).toMatchObject({ count: 1, results: [{ operation: 'create' }] });
  });
});

describe('a relaunch', () => {
  it('is refused, as a launch is, where nothing can be run of the project', async () => {
    const { store } = server;
    const project = await store.insert('projects', { name: 'gone', status: 'ok' });
    const inventory = await store.insert('inventories', { name: 'own' });
    const made = { name: 'gone', playbook: 'a.yml', project, inventory };
    const id = await store.insert('job_templates', made);
    const { body } = await server.send('POST', `/api/v2/job_templates/${id}/launch/`, {});
    await store.update('projects', project, { status: 'missing' });
    const relaunch = () => server.send('POST', `${body.url}relaunch/`, {});
    expect(await relaunch()).toMatchObject({
      status: 400,
      body: { project: ['The folder of the project is missing.'] },
    });
    await store.update('projects', project, { status: 'ok' });
    expect((await relaunch()).status).toBe(201);
  });
});

describe('POST /job_run/PLAYBOOK', () => {
  const run = (path: string, body: string, token = 'token-of-operator') =>
    fetch(`${server.url}/job_run/${path}`, {
      method: 'POST',
      // as curl sends what it is given by -d
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body,
    });

  it('launches the template of the playbook, and answers what it prints until it ends', async () => {
    const response = await run(
      'site.yml',
      '{"username": "Jane", "number": 55, "botella": "vino tinto"}',
    );
    expect(response.status).toBe(201);
    const url = response.headers.get('location') ?? '';
    const job = await server.send('GET', url);
    expect(JSON.parse(String(job.body['extra_vars']))).toEqual({
      username: 'Jane',
      number: 55,
      botella: 'vino tinto',
    });
    const started = await startRun(server.storage, job.body.id);
    await started.emit(1, 2);
    await started.end(2);
    expect(await response.text()).toBe('ok: [web-1]\nok: [web-2]\n');
  });

  it('launches no job whose output there is no place to follow', async () => {
    const jobs = () => server.store.count('jobs', { kind: 'all', of: [] });
    const before = await jobs();
    const path = `${server.url}/api/v2/unified_jobs/stream/`;
    const places = await Promise.all(
      Array.from({ length: 100 }, () => openStream(path, bearer('operator'))),
    );
    const refused = await run('site.yml', '{}');
    for (const place of places) place.close();
    expect(refused.status).toBe(429);
    expect(await jobs()).toBe(before);
  });

  it('is refused to whoever may not launch, and says what it does not find', async () => {
    expect((await run('site.yml', '{}', 'token-of-auditor')).status).toBe(403);
    expect((await run('site.yml', '{}', 'wrong')).status).toBe(401);
    expect((await run('other.yml', '{}')).status).toBe(404);
    expect((await run('site.yml', 'username=Jane')).status).toBe(400);
    const { store } = server;
    const row = await store.get('job_templates', template);
    const { project, inventory } = row as { project: number; inventory: number };
    await store.insert('job_templates', {
      name: 'again',
      playbook: 'site.yml',
      project,
      inventory,
    });
    const several = await run('site.yml', '{}');
    expect(several.status).toBe(409);
    expect(await several.json()).toMatchObject({ job_templates: ['again', 'site'] });
    const taken = await run('site.yml?job_template=again', '{"a": 1}');
    expect(taken.status).toBe(400);
  });
});

describe('events that are asked for whole', () => {
  it('are one page, however many they are', async () => {
    const job = await startRun(server.storage);
    const { id } = job;
    const [count, batch] = [20_000, 5000];
    for (let from = 1; from <= count; from += batch)
      await job.emit(...Array.from({ length: batch }, (_, at) => from + at));
    const path = `/api/v2/jobs/${id}/job_events/?order_by=start_line&no_truncate=True`;
    const { body } = await server.send('GET', path);
    expect([body.count, body.results.length, body['next']]).toEqual([count, count, null]);
    const isInOrder = body.results.every(
      (event, at) => event['start_line'] === at && event['stdout'] === `ok: [web-${at + 1}]`,
    );
    expect(isInOrder).toBe(true);
    const rest = await server.send('GET', `${path}&start_line__gte=19990`);
    expect(rest.body.results.map((event) => event['counter'])).toEqual(
      Array.from({ length: 10 }, (_, at) => 19_991 + at),
    );
    const paged = await server.send('GET', `${path}&page_size=10`);
    expect(paged.body.results).toHaveLength(10);
  }, 120_000);
});
