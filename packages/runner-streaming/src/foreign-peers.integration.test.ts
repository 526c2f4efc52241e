import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifestOf } from './blobs/blob-manifest.js';
import { readKnownBlobs, writeBlobQuery } from './blobs/blob-messages.js';
import { processResults } from './process-results.js';
import { transmit } from './transmit.js';
import type { TransmitOptions } from './transmit-options.js';
import { work } from './worker.js';

const venv =
  process.env.RECEPTORJS_VENV ?? fileURLToPath(new URL('../../../.venv', import.meta.url));
const theirRunner = join(venv, 'bin', 'ansible-runner');
const missing = existsSync(theirRunner)
  ? undefined
  : `no Python ansible-runner in ${venv}; set RECEPTORJS_VENV or run the set-up`;
if (missing !== undefined) console.warn(`skipped: ${missing}`);

let root: string;
const at = (...names: string[]) => join(root, ...names);
const PLAYS = [
  {
    hosts: 'all',
    gather_facts: false,
    tasks: [{ debug: { msg: '{{ inventory_hostname }} {{ lookup("file", "beside") }}' } }],
  },
];
const LOCAL = {
  ansible_connection: 'local',
  ansible_python_interpreter: '/usr/bin/python3',
};

async function theirs(words: string[], input: Buffer): Promise<{ code: number; out: Buffer }> {
  const child = spawn(theirRunner, words, {
    env: { ...process.env, PATH: `${join(venv, 'bin')}:${process.env.PATH ?? ''}` },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  // A peer that does not understand what it gets may end before it has read all.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const closed = once(child, 'close');
  const out = await buffer(child.stdout);
  const [code] = (await closed) as [number];
  return { code, out };
}

async function sent(options: Partial<TransmitOptions>): Promise<Buffer> {
  const output = new PassThrough();
  const all = buffer(output);
  await transmit({ privateDataDir: at('pdd'), ident: 'job', output, ...options });
  output.end();
  return all;
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'runner-foreign-'));
  await mkdir(at('pdd', 'project'), { recursive: true });
  await mkdir(at('here'));
  await writeFile(at('pdd', 'project', 'beside'), 'of the project');
  await writeFile(at('pdd', 'project', 'main.json'), '[]');
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe.skipIf(missing !== undefined)('with the original (skipped without it)', () => {
  it.each([
    ['a mapping', { all: { hosts: { h1: LOCAL, h2: LOCAL } } }],
    ['a mapping of a script', { web: ['h1', 'h2'], _meta: { hostvars: { h1: LOCAL, h2: LOCAL } } }],
    ['a line of JSON', JSON.stringify({ all: { hosts: { h1: LOCAL, h2: LOCAL } } })],
    [
      'a text',
      `h1\nh2\n[all:vars]\n${Object.entries(LOCAL)
        .map(([k, v]) => `${k}=${v}\n`)
        .join('')}`,
    ],
  ])(
    'its worker runs plays given as data, on an inventory given as %s',
    async (_kind, inventory) => {
      const worked = await theirs(['worker'], await sent({ playbook: PLAYS, inventory }));
      const shown: string[] = [];
      const result = await processResults({
        input: Readable.from([worked.out]),
        privateDataDir: at('here'),
        ident: 'data',
        onEvent: ({ stdout }) => shown.push(stdout),
      });
      expect(result).toMatchObject({ status: 'successful', rc: 0 });
      // The hosts are done at once, in either order.
      for (const host of ['h1', 'h2']) expect(shown.join('\n')).toContain(`${host} of the project`);
      expect((await readdir(at('pdd'), { recursive: true })).sort()).toEqual([
        'project',
        'project/beside',
        'project/main.json',
      ]);
    },
  );

  it('its worker does not answer which files it lacks, so that all are sent', async () => {
    const manifest = await manifestOf(at('pdd'));
    const query = new PassThrough();
    const all = buffer(query);
    await writeBlobQuery(manifest, query);
    query.end();
    const answer = await theirs(['worker'], await all);
    expect(await readKnownBlobs(Readable.from([answer.out]), manifest)).toBeUndefined();
  });

  it('its process passes over the copies of events', async () => {
    await mkdir(at('bin'), { recursive: true });
    const output = new PassThrough();
    const all = text(output);
    const path = process.env.PATH;
    process.env.PATH = `${join(venv, 'bin')}:${path ?? ''}`;
    try {
      const stream = await sent({ playbook: PLAYS, inventory: { all: { hosts: { h1: LOCAL } } } });
      await work({ input: Readable.from([stream]), output });
    } finally {
      process.env.PATH = path;
    }
    output.end();
    const stream = await all;
    expect(stream.match(/"event_copy"/g)).toHaveLength(2);
    await mkdir(at('their'));
    const { code, out } = await theirs(['process', at('their'), '-i', 'job'], Buffer.from(stream));
    expect(code).toBe(0);
    expect(out.toString()).toContain('h1 of the project');
    const names = await readdir(at('their', 'artifacts', 'job', 'job_events'));
    expect(names.filter((name) => !/^\d+-[\w-]+\.json$/.test(name))).toEqual([]);
  });
});
