import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ApiServer } from '../testing/api-server.js';
import { ClusterApi } from './cluster-api.js';
import { wholeAnswer } from './http.js';
import { ClusterLogin } from './login.js';
import { RequestLimit } from './request-limit.js';

let server: ApiServer;
let api: ClusterApi;
beforeEach(async () => {
  server = await ApiServer.start();
  const login = new ClusterLogin({ kind: 'text', text: server.kubeConfig });
  api = new ClusterApi(login, new RequestLimit());
});
afterEach(async () => {
  api.close();
  await server.down();
});

const pod = (name: string): object => ({ metadata: { name, labels: { a: 'b' } } });

it('creates, reads and deletes pods, and tells what the API server says', async () => {
  const made = await api.createPod('jobs', pod('p'));
  expect(made.metadata).toMatchObject({ name: 'p', namespace: 'jobs' });
  expect((await api.getPod('jobs', 'p')).metadata?.uid).toBe(made.metadata?.uid);
  await expect(api.createPod('jobs', pod('p'))).rejects.toMatchObject({ code: 'already-exists' });
  await api.deletePod('jobs', 'p', { uid: made.metadata?.uid });
  await expect(api.getPod('jobs', 'p')).rejects.toMatchObject({
    code: 'not-found',
    message: 'pods "p" not found',
  });
});

it('lists in pages', async () => {
  for (let n = 0; n < 250; n++) {
    server.add({ metadata: { name: `p${n}`, namespace: 'jobs', labels: { a: 'b' } } });
  }
  const names: (string | undefined)[] = [];
  const version = await api.listPods('jobs', { labelSelector: 'a=b' }, (pods) => {
    names.push(...pods.map(({ metadata }) => metadata?.name));
  });
  expect(new Set(names).size).toBe(250);
  expect(version).toMatch(/^\d+$/);
  expect(server.requests).toHaveLength(3);
});

it.each([
  [403, 'Forbidden', 'forbidden', 'exceeded quota: q'],
  [422, 'Invalid', 'refused', 'spec is wrong'],
  [500, 'InternalError', 'server', 'etcd is away'],
  [410, 'Expired', 'gone', 'too old'],
])('an answer of status %d (%s) is %s', async (status, reason, code, message) => {
  server.refuse(/POST/, status, reason, message);
  await expect(api.createPod('jobs', pod('p'))).rejects.toMatchObject({ code, message });
});

it('what a proxy says is told too, shortly', async () => {
  server.fail(/GET/, 502, { body: `<html>${'x'.repeat(1_000)}` });
  const error: unknown = await api.getPod('jobs', 'p').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'server' });
  expect((error as Error).message).toHaveLength(200);
  server.fail(/GET/, 200, { body: 'no JSON' });
  await expect(api.getPod('jobs', 'p')).rejects.toMatchObject({ code: 'bad-answer' });
});

it('comes again when it is asked to, after the time that it is asked for', async () => {
  server.fail(/GET/, 429, { times: 2, headers: { 'retry-after': '0' } });
  server.add({ metadata: { name: 'p', namespace: 'jobs' } });
  expect((await api.getPod('jobs', 'p')).metadata?.name).toBe('p');
  expect(server.requests).toHaveLength(3);
  server.fail(/GET/, 429, { times: 9, headers: { 'retry-after': '0' } });
  await expect(api.getPod('jobs', 'p')).rejects.toMatchObject({ code: 'busy' });
  expect(server.requests).toHaveLength(7);
});

it('logs in anew once when it is not known any more', async () => {
  server.add({ metadata: { name: 'p', namespace: 'jobs' } });
  server.refuse(/GET/, 401, 'Unauthorized', 'expired');
  expect((await api.getPod('jobs', 'p')).metadata?.name).toBe('p');
  server.token = 'another';
  await expect(api.getPod('jobs', 'p')).rejects.toMatchObject({ code: 'unauthorized' });
  expect(server.requests).toHaveLength(4);
});

it('an API server that is away can not be reached, and is used again when it is back', async () => {
  server.add({ metadata: { name: 'p', namespace: 'jobs' } });
  await api.getPod('jobs', 'p');
  await server.down();
  await expect(api.getPod('jobs', 'p')).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining(`can't reach the API server at ${api.host}`) as string,
  });
  await server.up();
  expect((await api.getPod('jobs', 'p')).metadata?.name).toBe('p');
});

it('an answer that is cut is none', async () => {
  const p = server.add({ metadata: { name: 'p', namespace: 'jobs' } });
  const answer = await api.podLog('jobs', 'p', { follow: true }, new AbortController().signal);
  const whole = wholeAnswer(answer);
  p.print('half');
  p.cutFollowing();
  await expect(whole).rejects.toMatchObject({ code: 'unreachable' });
});

it('a certificate of another authority is not trusted', async () => {
  const text = server.kubeConfig.replace(/"certificate-authority-data":"[^"]*"/, '"a":""');
  const stranger = new ClusterApi(new ClusterLogin({ kind: 'text', text }), new RequestLimit());
  await expect(stranger.getPod('jobs', 'p')).rejects.toMatchObject({ code: 'unreachable' });
});

it.each([
  ['no JSON, but hush', /^the API server's answer can't be understood: it is no JSON$/],
  ['[', /it is no JSON$/],
  ['null', /it is no object$/],
  ['{}', /it is a pod without a name or without an uid$/],
  ['{"metadata":{"name":"p","uid":5}}', /it is a pod without a name or without an uid$/],
])('an answer that is wrong (%s) is an error, which does not show it', async (body, message) => {
  server.fail(/GET/, 200, { body });
  await expect(api.getPod('jobs', 'p')).rejects.toMatchObject({
    code: 'bad-answer',
    message: expect.stringMatching(message) as string,
  });
});

it('a list that never ends is not read for ever', async () => {
  const item = { metadata: { name: 'p', uid: 'u' } };
  server.fail(/GET/, 200, { body: { items: [item], metadata: { continue: 'x' } }, times: 2_000 });
  const unlimited = new ClusterApi(
    new ClusterLogin({ kind: 'text', text: server.kubeConfig }),
    new RequestLimit({ rateLimiter: 'always' }),
  );
  let pods = 0;
  await expect(
    unlimited.listPods('jobs', {}, (page) => {
      pods += page.length;
    }),
  ).rejects.toMatchObject({
    code: 'bad-answer',
    message: expect.stringContaining('more than 1000 pages') as string,
  });
  expect(pods).toBe(1_000);
  unlimited.close();
}, 30_000);

it('who waits for a Retry-After of years can go away, and a creation is not cut', async () => {
  server.fail(/POST/, 429, { headers: { 'retry-after': '1e99' } });
  const patience = new AbortController();
  const creating = api.createPod('jobs', pod('p'), patience.signal);
  await vi.waitUntil(() => server.requests.length === 1, { interval: 5 });
  setTimeout(() => {
    patience.abort();
  }, 20);
  await expect(creating).rejects.toMatchObject({ name: 'AbortError' });
  const late = new AbortController();
  server.onCreated = () => {
    late.abort();
  };
  expect((await api.createPod('jobs', pod('p'), late.signal)).metadata?.name).toBe('p');
});

it('a text of a proxy that shows the request shows no token', async () => {
  server.fail(/GET/, 502, { body: 'can not forward Authorization: Bearer hush' });
  await expect(api.getPod('jobs', 'p')).rejects.toMatchObject({
    message: 'can not forward Authorization: Bearer ***',
  });
});
