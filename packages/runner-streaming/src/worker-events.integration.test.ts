import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { processResults } from './process-results.js';
import { transmit } from './transmit.js';
import { work } from './worker.js';

it('what a handler of the worker hides never leaves it, and what it drops is not missed', async () => {
  const root = await mkdtemp(join(tmpdir(), 'runner-worker-events-'));
  try {
    await mkdir(join(root, 'project'));
    const job = join(root, 'project', 'job');
    await writeFile(job, '#!/bin/sh\necho token=1234\necho noise\necho end\n', { mode: 0o755 });
    const [there, back] = [new PassThrough(), new PassThrough()];
    let sent = '';
    back.on('data', (data: Buffer) => (sent += data.toString()));
    const [, worked, result] = await Promise.all([
      transmit({ privateDataDir: root, binary: './job', playbook: 'x', ident: 'r', output: there }),
      work({
        input: there,
        output: back,
        onEvent: (event) =>
          event.stdout === 'noise'
            ? null
            : { ...event, stdout: event.stdout.replace(/token=.*/, 'token=***') },
      }),
      processResults({ input: back, privateDataDir: join(root, 'near') }),
    ]);
    expect([worked.status, result.status, result.damage]).toEqual([
      'successful',
      'successful',
      undefined,
    ]);
    const artifacts = join(root, 'near', 'artifacts');
    expect(await readFile(join(artifacts, 'stdout'), 'utf8')).toBe('token=***\nend\r\n');
    expect(sent).not.toMatch(/token=1234|noise/);
    const events = await readdir(join(artifacts, 'job_events'));
    expect(events.map((name) => name.split('-')[0]).sort()).toEqual(['1', '3']);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
