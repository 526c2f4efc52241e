import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobRunServer } from './server.mjs';

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const venv = process.env.RECEPTORJS_VENV ?? here('../../.venv');
const missing = !existsSync(join(venv, 'bin', 'ansible-playbook'));
if (missing)
  console.warn(`skipped: no ansible-playbook in ${venv}; set RECEPTORJS_VENV or run the set-up`);

/** @type {string} */
let folder;
/** @type {import('node:http').Server} */
let server;
/** @type {string} */
let url;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'job-run-'));
  await cp(here('jp/project'), join(folder, 'project'), { recursive: true });
  await cp(here('jp/inventory'), join(folder, 'inventory'), { recursive: true });
  await mkdir(join(folder, 'other'));
  await writeFile(join(folder, 'other', 'settings.yml'), '[]');
  await writeFile(
    join(folder, 'project', 'wait.yml'),
    '- hosts: all\n  gather_facts: false\n  tasks:\n  - debug: {msg: begun}\n  - command: sleep 600\n',
  );
  process.env.PATH = `${join(venv, 'bin')}${delimiter}${process.env.PATH ?? ''}`;
  server = jobRunServer(folder).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

const post = (/** @type {string} */ path, /** @type {string} */ body, method = 'POST') =>
  fetch(`${url}${path}`, method === 'POST' ? { method, body } : { method });

describe.skipIf(missing)('job-run-server', () => {
  it('answers with the output of the play, run with the variables of the body', async () => {
    const sent = request(`${url}/job_run/two.yml`, { method: 'POST' });
    sent.end('{"username": "Jane", "drink": "vino tinto"}');
    const [response] = await once(sent, 'response');
    let output = '';
    for await (const piece of response.setEncoding('utf8')) output += piece;
    expect(response.statusCode).toBe(200);
    expect(output).toContain('"msg": "Hello Jane, have some vino tinto"');
    expect(output).toMatch(/PLAY RECAP \*+\r?\nlocalhost +: ok=1/);
    expect(output).not.toContain('\u001b[');
    expect(response.trailers).toEqual({ 'job-status': 'successful' });
  });

  it('answers while the play runs, and ends it when nobody listens any more', async () => {
    const gone = new AbortController();
    const { signal } = gone;
    const response = await fetch(`${url}/job_run/wait.yml`, { method: 'POST', signal });
    let output = '';
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    while (!output.includes('begun')) output += (await reader?.read())?.value ?? '';
    gone.abort();
    const root = join(folder, 'artifacts');
    const statuses = async () =>
      Promise.all(
        (await readdir(root)).map((ident) =>
          readFile(join(root, ident, 'status'), 'utf8').catch(() => 'running'),
        ),
      );
    await expect.poll(statuses, { timeout: 20_000 }).toContain('canceled');
  });

  it.each([
    ['/job_run/../other/settings.yml', 404],
    ['/job_run/..%2fother%2fsettings.yml', 404],
    ['/job_run//etc/hosts.yml', 404],
    ['/job_run/.hidden.yml', 404],
    ['/job_run/-e.yml', 404],
    ['/job_run/two.yml?x=1', 404],
    ['/', 404],
  ])('does not take %s for a playbook', async (path, status) => {
    // Not fetch, which would tidy the path up.
    const sent = request({ ...connection(), path, method: 'POST' }).end('{}');
    const [response] = await once(sent, 'response');
    response.resume();
    expect(response.statusCode).toBe(status);
  });

  it('refuses what it can not run, with a sentence', async () => {
    const answer = async (/** @type {Promise<Response>} */ asked) => {
      const response = await asked;
      return [response.status, await response.text()];
    };
    expect(await answer(post('/job_run/two.yml', '', 'GET'))).toEqual([405, 'POST it\n']);
    expect((await answer(post('/job_run/two.yml', '{')))[0]).toBe(400);
    expect(await answer(post('/job_run/two.yml', '{"a": ["{{ 1 }}"]}'))).toEqual([
      400,
      'no templates, please\n',
    ]);
    expect(await answer(post('/job_run/two.yml', '"/etc/passwd"'))).toEqual([
      400,
      'send an object of variables\n',
    ]);
    expect((await answer(post('/job_run/two.yml', `"${'x'.repeat(70_000)}"`)))[0]).toBe(413);
  });
});

function connection() {
  const { hostname, port } = new URL(url);
  return { hostname, port };
}
