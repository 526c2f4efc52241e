import { execFileSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ansibleMissing, Fixture, venv } from '../ansible-fixture.js';
import type { RunOptions } from '../run-options.js';
import { run } from '../run.js';
import { bubblewrapMissing } from './test-bubblewrap.js';
import { StandInEngine } from './test-engine.js';

let fixture: Fixture;
let engine: StandInEngine;
beforeEach(async () => {
  engine = await StandInEngine.make('podman');
});
afterEach(async () => {
  await fixture.remove();
  await engine.remove();
});

/** What the container must see of Ansible's Python, which may be anywhere. */
let python: readonly string[] = [];
beforeAll(() => {
  if (ansibleMissing !== undefined) return;
  const base = execFileSync(join(venv, 'bin', 'python'), [
    '-c',
    'import sys; print(sys.base_prefix)',
  ]);
  python = [venv, base.toString().trim()]
    .filter((path) => !path.startsWith('/usr'))
    .map((path) => `${path}:${path}:ro`);
});

const start = (options: Partial<RunOptions> = {}) =>
  run({
    privateDataDir: fixture.path,
    ident: 'r',
    processIsolation: true,
    containerImage: 'image',
    containerVolumeMounts: python,
    ...options,
  });
const stdout = () => fixture.read('artifacts', 'r', 'stdout');

describe.skipIf(bubblewrapMissing !== undefined)('a container', () => {
  it.skipIf(ansibleMissing !== undefined)('runs a play, events and facts come out', async () => {
    fixture = await Fixture.ofTasks(`
- setup: {gather_subset: '!all'}
- command: pwd
  register: here
- debug: var=here.stdout
`);
    const result = await start({ playbook: 'site.yml' });
    expect([result.status, await stdout()]).toEqual([
      'successful',
      expect.stringContaining('"here.stdout": "/runner/project"'),
    ]);
    const events = await fixture.events('r');
    expect(events.filter((event) => event.event === 'runner_on_ok')).toHaveLength(3);
    expect(await readdir(fixture.at('artifacts', 'r', 'fact_cache'))).toEqual(['h1']);
    expect((await engine.calls()).map(({ argv }) => argv[0])).toEqual(['run']);
  });
});
