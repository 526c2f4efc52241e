import { execFileSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ansibleMissing, Fixture, venv } from '../ansible-fixture.js';
import type { RunOptions } from '../run-options.js';
import { run } from '../run.js';
import { bubblewrapMissing, bubblewrapPath } from './test-bubblewrap.js';

let fixture: Fixture;
afterEach(() => fixture.remove());

/** What the sandbox must see of Ansible's Python, which may be anywhere. */
let python: readonly string[] = [];
beforeAll(() => {
  process.env.PATH = bubblewrapPath;
  if (ansibleMissing !== undefined) return;
  const base = execFileSync(join(venv, 'bin', 'python'), [
    '-c',
    'import sys; print(sys.base_prefix)',
  ]);
  python = [venv, base.toString().trim()];
});

const start = (options: Partial<RunOptions> = {}) =>
  run({
    privateDataDir: fixture.path,
    ident: 'r',
    processIsolation: true,
    processIsolationExecutable: 'bwrap',
    processIsolationRoPaths: python,
    ...options,
  });
const stdout = () => fixture.read('artifacts', 'r', 'stdout');

describe.skipIf(bubblewrapMissing !== undefined)('a sandbox', () => {
  it.skipIf(ansibleMissing !== undefined)('runs a play, events and facts come out', async () => {
    fixture = await Fixture.ofTasks(`
- setup: {gather_subset: '!all'}
- command: ls /
`);
    const result = await start({ playbook: 'site.yml' });
    expect([result.status, await stdout()]).toEqual(['successful', expect.anything()]);
    const events = await fixture.events('r');
    expect(events.filter((event) => event.event === 'runner_on_ok')).toHaveLength(2);
    expect(events.every((event) => event.counter > 0)).toBe(true);
    expect(await readdir(fixture.at('artifacts', 'r', 'fact_cache'))).toEqual(['h1']);
  });
});
