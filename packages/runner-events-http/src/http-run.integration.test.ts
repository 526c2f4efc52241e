import { run, type RunOptions } from '@receptorjs/runner-core';
import { processResults, transmit, work } from '@receptorjs/runner-streaming';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import httpPlugin from './index.js';
import { startServer, type Post } from './test-server.js';

const venv =
  process.env.RECEPTORJS_VENV ?? fileURLToPath(new URL('../../../.venv', import.meta.url));
const missing = !existsSync(join(venv, 'bin', 'ansible-playbook'));
if (missing)
  console.warn(`skipped: no ansible-playbook in ${venv}; set RECEPTORJS_VENV or run the set-up`);

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'events-run-'));
  await mkdir(join(root, 'project'));
  await mkdir(join(root, 'inventory'));
  await writeFile(join(root, 'inventory', 'hosts'), 'h1 ansible_connection=local\n');
  await writeFile(
    join(root, 'project', 'site.yml'),
    '- hosts: all\n  gather_facts: false\n  tasks:\n' +
      '  - debug: {msg: "\u00fcnic\u00f6de"}\n    loop: "{{ range(20) }}"\n',
  );
});
afterEach(() => rm(root, { recursive: true, force: true }));

const options = (
  settings: Record<string, unknown>,
): RunOptions & { readonly privateDataDir: string } => ({
  privateDataDir: root,
  ident: 'r',
  playbook: 'site.yml',
  envvars: {
    PATH: `${join(venv, 'bin')}${delimiter}${process.env.PATH ?? ''}`,
    MY_TOKEN: 'canary',
  },
  settings,
  plugins: [httpPlugin],
});

/** Texts of the event files, in order. */
async function recorded(artifactDir = join(root, 'artifacts', 'r')): Promise<string[]> {
  const folder = join(artifactDir, 'job_events');
  const names = (await readdir(folder)).sort((a, b) => parseInt(a) - parseInt(b));
  return Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
}

const statuses = (posts: readonly Post[]) =>
  posts.flatMap(({ body }) => {
    const { status } = JSON.parse(body) as { status?: string };
    return status === undefined ? [] : [status];
  });

describe.skipIf(missing)('a run of Ansible', () => {
  it('runner 17: posts what the artifacts hold, and no secret of the environment', async () => {
    const posts: Post[] = [];
    const server = await startServer({ onPost: (post) => void posts.push(post) });
    try {
      const url = `http://127.0.0.1:${server.port}/`;
      const result = await run(options({ runner_http_url: url }));
      expect(result.status).toBe('successful');
      expect(statuses(posts)).toEqual(['starting', 'running', 'successful']);
      const events = posts.filter(({ body }) => !('status' in (JSON.parse(body) as object)));
      expect(events.map(({ body }) => body)).toEqual(await recorded());
      const names = await readdir(join(root, 'artifacts', 'r', 'job_events'));
      expect(new Set(events.map(({ id }) => `${id.slice(2)}.json`))).toEqual(new Set(names));
      expect(posts.map(({ body }) => body).join('')).not.toContain('canary');
      expect(result.deliveries).toEqual([
        {
          plugin: 'http',
          target: url,
          delivered: posts.length,
          undelivered: 0,
          dropped: 0,
          retries: 0,
          deliveredEarlier: 0,
        },
      ]);
    } finally {
      await server.close();
    }
  });

  it('runner 34: is neither held up nor failed by a server that never answers', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => void sockets.push(socket.resume()));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = silent.address() as AddressInfo;
      const ends: number[] = [];
      const result = await run({
        ...options({
          runner_http_url: `http://127.0.0.1:${port}/`,
          runner_http_drain_seconds: 0.2,
        }),
        onStatus: ({ status }) => status === 'successful' && ends.push(performance.now()),
      });
      expect(result).toMatchObject({ status: 'successful', rc: 0 });
      // From the end of the job on, only the time the settings allow, and some for a busy machine.
      expect(performance.now() - (ends[0] ?? 0)).toBeLessThan(3000);
      const messages = (await recorded()).length + 3;
      expect(result.deliveries).toMatchObject([{ delivered: 0, undelivered: messages }]);
      expect(await readFile(join(root, 'artifacts', 'r', 'status'), 'utf8')).toBe('successful');
    } finally {
      for (const socket of sockets) socket.destroy();
      silent.close();
    }
  });

  it('runner 34: what nobody took in one run is delivered first in the next', async () => {
    await chmod(root, 0o700);
    const socketPath = join(root, 'web.sock');
    const settings = { runner_http_url: socketPath, runner_http_drain_seconds: 0 };
    const first = await run(options(settings));
    expect(first.deliveries).toMatchObject([
      { delivered: 0, dropped: 0, lastError: expect.stringMatching(/ENOENT/) as string },
    ]);
    const waiting = first.deliveries[0]?.undelivered;
    const posts: Post[] = [];
    const server = await startServer({ socketPath, onPost: (post) => void posts.push(post) });
    try {
      const second = await run({
        ...options({ ...settings, runner_http_drain_seconds: 30 }),
        ident: 's',
      });
      expect(second.deliveries).toMatchObject([{ deliveredEarlier: waiting, undelivered: 0 }]);
      expect(posts.map(({ body }) => body).filter((body) => body.startsWith('{"uuid"'))).toEqual([
        ...(await recorded()),
        ...(await recorded(join(root, 'artifacts', 's'))),
      ]);
      expect(await readdir(join(root, 'artifacts'))).toEqual(['r', 's']);
    } finally {
      await server.close();
    }
  });

  it('on another machine is posted by process, as its artifacts are', async () => {
    const posts: Post[] = [];
    const server = await startServer({ onPost: (post) => void posts.push(post) });
    try {
      const [there, back] = [new PassThrough(), new PassThrough()];
      const { settings, plugins, ...portable } = options({
        runner_http_url: `http://127.0.0.1:${server.port}/`,
      });
      const near = join(root, 'near');
      const [, , result] = await Promise.all([
        transmit({ ...portable, output: there }),
        work({ input: there, output: back }),
        processResults({
          input: back,
          privateDataDir: near,
          ...(settings && { settings }),
          ...(plugins && { plugins }),
        }),
      ]);
      expect(statuses(posts)).toEqual(['starting', 'running', 'successful']);
      const events = posts.map(({ body }) => body).filter((body) => body.startsWith('{"uuid"'));
      expect(events).toEqual(await recorded(join(near, 'artifacts')));
      expect(result.deliveries).toMatchObject([{ delivered: posts.length }]);
    } finally {
      await server.close();
    }
  });
});
