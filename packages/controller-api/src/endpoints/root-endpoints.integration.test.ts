import { afterAll, beforeAll, expect, it } from 'vitest';
import { START_MS, startServer, type TestServer } from '../test-server.js';
import { absentNames } from './absent-endpoints.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
}, START_MS);
afterAll(() => server.stop(), START_MS);

it('the root lists what answers, and what the command line asks the metadata of', async () => {
  const { body } = await server.send('GET', '/api/v2/');
  const statuses: Record<string, number> = {};
  for (const [name, url] of Object.entries(body)) {
    const method = absentNames.includes(name) ? 'OPTIONS' : 'GET';
    statuses[name] = (await server.send(method, String(url))).status;
  }
  expect(Object.keys(statuses).length).toBeGreaterThan(absentNames.length);
  expect(Object.entries(statuses).filter(([, status]) => status !== 200)).toEqual([]);
  for (const name of ['settings', 'labels', 'workflow_jobs', 'dashboard'])
    expect(statuses).not.toHaveProperty(name);
});

it.each([
  'settings/',
  'settings/all/',
  'settings/ui/',
  'labels/',
  'labels/1/',
  'applications/1/',
  'applications/1/tokens/',
  'workflow_jobs/',
  'dashboard/',
  'job_templates/1/survey_spec/',
  '../o/applications/',
])('%s is not there, and says so as AWX does', async (path) => {
  const { pathname } = new URL(`/api/v2/${path}`, server.url);
  for (const method of ['GET', 'POST', 'OPTIONS'] as const)
    expect(await server.send(method, pathname, method === 'POST' ? {} : undefined)).toMatchObject({
      status: 404,
      body: { detail: 'The requested resource could not be found.' },
    });
});
