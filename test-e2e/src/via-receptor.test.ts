import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { runOnNode, runOnNodeAsync, type RunOnNodeOptions } from '@receptorjs/runner-mesh';
import { freePort } from '@receptorjs/tooling-test-peers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CutLink } from './cut-link.js';
import { privateDataDir, runnerWork, storedEvents } from './job.js';
import { Mesh, root, until, type Daemon } from './mesh.js';

/** One mesh for all tests, which leave it as they found it. */
let mesh: Mesh;
let hop: Daemon;
let far: Daemon;
let port: number;
/** The folder of one test. */
let folder: string;
const links: CutLink[] = [];
beforeAll(async () => {
  mesh = new Mesh();
  port = await freePort();
  hop = mesh.start('hop', [{ 'tcp-listener': { bindaddr: '127.0.0.1', port } }]);
  far = mesh.start('far', [{ 'tcp-peer': { address: `127.0.0.1:${port}` } }, runnerWork]);
});
beforeEach(() => {
  folder = mkdtempSync(join(mesh.folder, 'test-'));
});
afterEach(() => {
  for (const link of links.splice(0)) link.close();
});
afterAll(() => mesh.end());

/** Two daemons, hop - far; a run enters at hop's TCP port, behind a place where the link can be cut. */
async function hopAndFar(): Promise<{ hop: Daemon; far: Daemon; link: CutLink; peer: string }> {
  await hop.routeTo('far');
  const link = await CutLink.to(port);
  links.push(link);
  return { hop, far, link, peer: `receptor://127.0.0.1:${link.port}` };
}

/** A private data dir with this playbook, and what a run of it on far needs. */
function job(playbook: string, peer: string): RunOnNodeOptions {
  return {
    privateDataDir: privateDataDir(join(folder, 'pdd'), playbook),
    playbook: 'play.yml',
    ident: 'r1',
    viaReceptor: 'far',
    receptorPeer: peer,
  };
}

const ITEMS = 150;

const loop = (items: number): string => `
- hosts: all
  gather_facts: false
  tasks:
    - { name: first, ansible.builtin.debug: { msg: "one" } }
    - name: many
      ansible.builtin.debug: { msg: "{{ item }}" }
      loop: "{{ range(0, ${items}) | list }}"
    - { name: last, ansible.builtin.debug: { msg: "two" } }
`;

/** Many events, for about two seconds. */
const manyEvents = loop(ITEMS);

/** Enough to see that there is a run. */
const FEW = 10;
const fewEvents = loop(FEW);

/** Every event once, counters without a gap, the end there. */
function expectComplete(artifacts: string, items = ITEMS): void {
  const events = storedEvents(artifacts);
  expect(events.map(({ counter }) => counter)).toEqual(events.map((_, at) => at + 1));
  expect(new Set(events.map(({ uuid }) => uuid)).size).toBe(events.length);
  expect(events.filter(({ event }) => event === 'runner_item_on_ok')).toHaveLength(2 * items);
  expect(events.at(-1)?.event).toBe('playbook_on_stats');
  expect(readFileSync(join(artifacts, 'status'), 'utf8')).toBe('successful');
  expect(readFileSync(join(artifacts, 'rc'), 'utf8')).toBe('0');
  expect(readFileSync(join(artifacts, 'stdout'), 'utf8')).toContain('PLAY RECAP');
}

/** What the units of a node are, by their states. */
async function states(daemon: Daemon): Promise<number[]> {
  const control = await daemon.control();
  const units = await control.workList();
  control.close();
  return [...units.values()].map(({ state }) => state);
}

/** Arguments of the processes that have a text in them. */
function processesWith(text: string): string[] {
  const { stdout } = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line.includes(text));
}

let marks = 0;

/** A play that waits for ever in a command, which `ps` shows by a number no other process has. */
function endless(): { playbook: string; mark: string } {
  marks += 1;
  const mark = `sleep ${3_000_000 + process.pid}.${marks}`;
  return {
    mark,
    playbook: `
- hosts: h1
  gather_facts: false
  tasks:
    - { name: before, ansible.builtin.debug: { msg: "one" } }
    - { name: for ever, ansible.builtin.command: "${mark}" }
`,
  };
}

describe('a job on far, from a node in this process, through hop', () => {
  it('brings events as they happen, and artifacts as a run here does', async () => {
    const { peer, far } = await hopAndFar();
    const live: string[] = [];
    const statuses: string[] = [];
    let shown = '';
    let whileItRan: number[] = [];
    const result = await runOnNode({
      ...job(manyEvents, peer),
      output: {
        write: (text) => ((shown += text), true),
        once: () => undefined,
        off: () => undefined,
      },
      onStatus: ({ status }) => void statuses.push(status),
      onEvent: async (event) => {
        live.push(event.uuid);
        if (live.length === 10) whileItRan = await states(far);
      },
    });
    expect(result).toMatchObject({ status: 'successful', rc: 0, ident: 'r1' });
    expect(result.stats?.ok).toEqual({ h1: 3, h2: 3 });
    expect(statuses).toEqual(['starting', 'running', 'successful']);
    expect(whileItRan).toEqual([1]);
    expectComplete(result.artifactDir);
    expect(storedEvents(result.artifactDir).map(({ uuid }) => uuid)).toEqual(live);
    expect(shown).toBe(readFileSync(join(result.artifactDir, 'stdout'), 'utf8'));
    // nothing is left at the far node, and no node of this process in the mesh
    expect(await states(far)).toEqual([]);
    expect(readdirSync(join(mesh.folder, 'data', 'far'))).toEqual([]);
  });

  it('is started and watched, as often as wanted', async () => {
    const { peer } = await hopAndFar();
    const handle = runOnNodeAsync({ ...job(fewEvents, peer), ident: 'r2' });
    const watch = async () => {
      const uuids: string[] = [];
      for await (const { uuid } of handle.events) uuids.push(uuid);
      return uuids;
    };
    const watched = await Promise.all([watch(), watch()]);
    const result = await handle.result;
    expectComplete(result.artifactDir, FEW);
    const stored = storedEvents(result.artifactDir).map(({ uuid }) => uuid);
    expect(watched).toEqual([stored, stored]);
    expect(await watch()).toEqual(stored);
  });

  it('is canceled by its handle before it has begun', async () => {
    const { peer } = await hopAndFar();
    const handle = runOnNodeAsync(job(fewEvents, peer));
    handle.cancel();
    const result = await handle.result;
    expect(result).toMatchObject({ status: 'canceled', rc: 254 });
    expect(readFileSync(join(result.artifactDir, 'status'), 'utf8')).toBe('canceled');
  });

  it('loses and doubles nothing when the link is cut in the middle, and the job goes on meanwhile', async () => {
    const { peer, far, link } = await hopAndFar();
    let count = 0;
    let healed: Promise<void> | undefined;
    const result = await runOnNode({
      ...job(manyEvents, peer),
      onEvent: () => {
        count += 1;
        if (count === 50) {
          link.cut();
          healed = until('the job to end at far', async () =>
            (await states(far)).includes(2) ? true : undefined,
          ).then(() => link.heal());
        }
      },
    });
    await healed;
    expect(result).toMatchObject({ status: 'successful', rc: 0 });
    expectComplete(result.artifactDir);
    expect(await states(far)).toEqual([]);
  });

  it.each(['hop', 'far'] as const)(
    'loses and doubles nothing when %s is killed in the middle and started again',
    async (victim) => {
      const nodes = await hopAndFar();
      let count = 0;
      let again: Promise<void> | undefined;
      const result = await runOnNode({
        ...job(manyEvents, nodes.peer),
        onEvent: () => {
          count += 1;
          if (count === 50) again = nodes[victim].stop('SIGKILL').then(() => nodes[victim].start());
        },
      });
      await again;
      expect(result).toMatchObject({ status: 'successful', rc: 0 });
      expectComplete(result.artifactDir);
    },
  );
});

describe('the end of a job on far', () => {
  it('cancel reaches every process there, and its artifacts come back', async () => {
    const { peer, far } = await hopAndFar();
    const { playbook, mark } = endless();
    const abort = new AbortController();
    const run = runOnNode({ ...job(playbook, peer), signal: abort.signal });
    await until('the command to run', () => (processesWith(mark).length > 0 ? true : undefined));
    abort.abort();
    const result = await run;
    expect(result).toMatchObject({ status: 'canceled', rc: 254 });
    expect(processesWith(mark)).toEqual([]);
    expect(processesWith(mesh.folder).filter((line) => line.includes('supervisor'))).toEqual([]);
    expect(readFileSync(join(result.artifactDir, 'status'), 'utf8')).toBe('canceled');
    expect(readFileSync(join(result.artifactDir, 'rc'), 'utf8')).toBe('254');
    expect(existsSync(join(result.artifactDir, 'command'))).toBe(true);
    expect(storedEvents(result.artifactDir).map(({ event }) => event)).toContain('runner_on_ok');
    expect(await states(far)).toEqual([]);
  });

  it('cancel during a cut ends the wait, and reaches the processes when the link is back in time', async () => {
    const { peer, link } = await hopAndFar();
    const { playbook, mark } = endless();
    const abort = new AbortController();
    const run = runOnNode({ ...job(playbook, peer), signal: abort.signal });
    await until('the command to run', () => (processesWith(mark).length > 0 ? true : undefined));
    link.cut();
    abort.abort();
    link.heal();
    expect(await run).toMatchObject({ status: 'canceled', rc: 254 });
    expect(processesWith(mark)).toEqual([]);
  });

  it('a node that can not be reached any more does not hold a canceled run', async () => {
    const { peer, link, far } = await hopAndFar();
    const { playbook, mark } = endless();
    const abort = new AbortController();
    const run = runOnNode({ ...job(playbook, peer), signal: abort.signal, cancelTimeoutMs: 300 });
    await until('the command to run', () => (processesWith(mark).length > 0 ? true : undefined));
    link.cut();
    abort.abort();
    expect(await run).toMatchObject({ status: 'canceled', rc: 254 });
    const control = await far.control();
    for (const id of (await control.workList()).keys()) await control.workRelease(id);
    control.close();
    expect(processesWith(mark)).toEqual([]);
  });

  it('job_timeout and idle_timeout travel with the job, each with its own', async () => {
    const { peer, far } = await hopAndFar();
    const { playbook, mark } = endless();
    const given = job(playbook, peer);
    const results = await Promise.all(
      ['job_timeout', 'idle_timeout'].map((name) =>
        runOnNode({ ...given, ident: name, settings: { [name]: 2 } }),
      ),
    );
    expect(results).toMatchObject([
      { ident: 'job_timeout', status: 'timeout', rc: 254 },
      { ident: 'idle_timeout', status: 'timeout', rc: 254 },
    ]);
    expect(processesWith(mark)).toEqual([]);
    expect(await states(far)).toEqual([]);
  });

  it('a handler that throws ends the job there', async () => {
    const { peer, far } = await hopAndFar();
    const { playbook, mark } = endless();
    const run = runOnNode({
      ...job(playbook, peer),
      onEvent: (event) => {
        if (event.event === 'runner_on_ok') throw new Error('enough');
      },
    });
    await expect(run).rejects.toThrow('enough');
    expect(processesWith(mark)).toEqual([]);
    expect(await states(far)).toEqual([]);
  });
});

describe('a far node beside which ansible-runner is installed', () => {
  let installed: Daemon;
  let peer: string;
  let listener: object;
  beforeAll(async () => {
    // Folders as npm makes them for programs.
    const programs = join(mesh.folder, 'bin');
    mkdirSync(programs);
    for (const name of ['receptor', 'ansible-runner'])
      symlinkSync(join(root, 'apps', name, 'dist', 'cli.js'), join(programs, name));
    const port = await freePort();
    peer = `receptor://127.0.0.1:${port}`;
    listener = { 'tcp-listener': { bindaddr: '127.0.0.1', port } };
    const command = join(programs, 'receptor');
    installed = mesh.start('installed', [listener], { command });
    await installed.logs('Initialization complete');
  });
  const jobThere = () => ({ ...job(fewEvents, peer), viaReceptor: 'installed' });

  it('runs jobs without any configuration of work', async () => {
    await installed.logs('Offering ansible-runner');
    const result = await runOnNode(jobThere());
    expect(result).toMatchObject({ status: 'successful', rc: 0 });
    expectComplete(result.artifactDir, FEW);
  });

  it('keeps files of jobs, and gets those it has not', async () => {
    const given = jobThere();
    const lines: string[] = [];
    const options = { ...given, byContents: true, onLog: (line: string) => void lines.push(line) };
    const large = join(given.privateDataDir, 'project', 'large');
    writeFileSync(large, 'x'.repeat(100_000));
    for (const ident of ['first', 'second']) {
      const result = await runOnNode({ ...options, ident });
      expect(result).toMatchObject({ status: 'successful', rc: 0 });
      expectComplete(result.artifactDir, FEW);
    }
    expect(lines.filter((line) => line.startsWith('Files the node has'))).toEqual([
      'Files the node has from earlier jobs: 0 contents of 2 files',
      'Files the node has from earlier jobs: 2 contents of 2 files',
    ]);
    expect(await states(installed)).toEqual([]);
  });

  it('can be told not to, also by a reload', async () => {
    const pdd = jobThere();
    installed.configure([listener, { 'work-runner': { offer: false } }]);
    const plan = await installed.ctl('reload', '--plan');
    expect(plan.stdout).toContain('close  work-command ansible-runner');
    expect(await installed.ctl('reload')).toMatchObject({ code: 0 });
    await expect(runOnNode(pdd)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('it offers no work at all') as string,
    });
  });
});

describe('what can not be reached', () => {
  it('a peer that does not answer is named at once', async () => {
    const port = await freePort();
    await expect(runOnNode(job(fewEvents, `receptor://127.0.0.1:${port}`))).rejects.toMatchObject({
      code: 'no-peer',
      message: expect.stringContaining(
        `Cannot connect to peer receptor://127.0.0.1:${port}: `,
      ) as string,
    });
  });

  it('a node that is not in the mesh is waited for no longer than asked', async () => {
    const { peer } = await hopAndFar();
    const run = runOnNode({ ...job(fewEvents, peer), viaReceptor: 'nobody', peerTimeoutMs: 300 });
    await expect(run).rejects.toMatchObject({
      code: 'peer-timeout',
      message: expect.stringContaining('Timed out waiting for peer nobody') as string,
    });
  });

  it('an ID that a node of the mesh has is refused', async () => {
    const { peer } = await hopAndFar();
    const run = runOnNode({ ...job(fewEvents, peer), receptorNodeId: 'hop' });
    await expect(run).rejects.toMatchObject({
      code: expect.stringMatching(/node-id-in-use|no-peer/) as string,
    });
  });

  it('work that the node does not know is refused, with what it offers', async () => {
    const { peer } = await hopAndFar();
    const run = runOnNode({ ...job(fewEvents, peer), workType: 'something' });
    await expect(run).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('it offers ansible-runner') as string,
    });
  });
});
