import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { runOnNode, type NodeOptions } from '@receptorjs/runner-mesh';
import { freePort, goReceptor, skipsWithoutGo } from '@receptorjs/tooling-test-peers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Authority, tlsActions } from './certificates.js';
import { privateDataDir, runnerWork, storedEvents } from './job.js';
import { Mesh, until, venv, type Daemon } from './mesh.js';

const withoutGo = skipsWithoutGo('skipped in part');
const { path: go } = goReceptor;

/** One mesh for all tests that leave it as they found it. */
let mesh: Mesh;
/** One for each test. */
let own: Mesh;
/** The folder of one test. */
let folder: string;
beforeAll(() => {
  mesh = new Mesh();
});
beforeEach(() => {
  folder = mkdtempSync(join(mesh.folder, 'test-'));
  own = new Mesh();
});
afterEach(() => own.end());
afterAll(() => mesh.end());

const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - { name: one, ansible.builtin.debug: { msg: "one" } }
    - name: many
      ansible.builtin.debug: { msg: "{{ item }}" }
      loop: "{{ range(0, 20) | list }}"
`;

const options = (node: Partial<NodeOptions>) => ({
  privateDataDir: privateDataDir(join(folder, 'pdd'), playbook),
  playbook: 'play.yml',
  ident: 'r1',
  viaReceptor: 'far',
  ...node,
});

async function expectRun(node: Partial<NodeOptions>): Promise<void> {
  const result = await runOnNode(options(node));
  expect(result).toMatchObject({ status: 'successful', rc: 0 });
  const events = storedEvents(result.artifactDir);
  expect(events.map(({ counter }) => counter)).toEqual(events.map((_, at) => at + 1));
  expect(events.filter(({ event }) => event === 'runner_item_on_ok')).toHaveLength(40);
  expect(events.at(-1)?.event).toBe('playbook_on_stats');
  expect(readFileSync(join(result.artifactDir, 'rc'), 'utf8')).toBe('0');
}

/** A play that waits until a file is there. */
const endless = (folder: string): string => `
- hosts: h1
  gather_facts: false
  tasks:
    - { name: reached, ansible.builtin.file: { path: "${folder}/reached", state: touch } }
    - name: wait
      ansible.builtin.command: sh -c 'until [ -e ${folder}/gate ]; do sleep 0.05; done'
`;

const host = '127.0.0.1';

/** Whether a process listens on a port. */
async function answers(port: number): Promise<true | undefined> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}

/** near - hop - far over TCP; hop has entrances of other kinds. */
let near: Daemon;
let far: Daemon;
const entrances = { udp: 0, ws: 0 };
beforeAll(async () => {
  const inner = await freePort();
  entrances.udp = await freePort();
  entrances.ws = await freePort();
  mesh.start('hop', [
    { 'udp-listener': { bindaddr: host, port: entrances.udp } },
    { 'ws-listener': { bindaddr: host, port: entrances.ws } },
    { 'tcp-listener': { bindaddr: host, port: inner } },
  ]);
  const peer = { 'tcp-peer': { address: `${host}:${inner}` } };
  near = mesh.start('near', [peer]);
  far = mesh.start('far', [peer, runnerWork]);
  await near.routeTo('far');
  await far.routeTo('near');
});

describe('a run enters the mesh', () => {
  it('by WebSocket', async () => {
    await expectRun({ receptorPeer: `ws://${host}:${entrances.ws}` });
  });

  it('by UDP, under an ID of its own choice', async () => {
    const receptorPeer = `udp://${host}:${entrances.udp}`;
    await expectRun({ receptorPeer, receptorNodeId: 'runner-node' });
  });

  it.each(['tls', 'wss'] as const)(
    'by %s, with certificates on the link and the control service',
    async (scheme) => {
      const authority = await Authority.make(own.folder);
      const port = await freePort();
      const listener = scheme === 'wss' ? 'ws-listener' : 'tcp-listener';
      const far = own.start(
        'far',
        [
          ...tlsActions(authority, await authority.issue('far')),
          { [listener]: { bindaddr: host, port, tls: 'mesh-in' } },
          runnerWork,
        ],
        { control: { tls: 'mesh-in' } },
      );
      await far.logs('Initialization complete');
      const { cert, key } = await authority.issue('runner-node');
      const receptorPeer = `${scheme}://${host}:${port}`;
      const receptorTls = { rootCas: authority.cert, cert, key };
      const node = { receptorPeer, receptorNodeId: 'runner-node', receptorControlTls: true };
      await expectRun({ ...node, receptorTls });
      const stranger = await Authority.make(own.folder, 'other');
      await expect(
        runOnNode(options({ ...node, receptorTls: { ...receptorTls, rootCas: stranger.cert } })),
      ).rejects.toMatchObject({ code: 'no-peer' });
    },
  );

  it('and a certificate that is for another node keeps the job at home', async () => {
    const authority = await Authority.make(own.folder);
    const port = await freePort();
    const far = own.start(
      'far',
      [
        // the certificate of a node that is not far
        ...tlsActions(authority, await authority.issue('elsewhere')).map((action) =>
          'tls-server' in action
            ? {
                'tls-server': { ...(action['tls-server'] as object), skipreceptornamescheck: true },
              }
            : {
                'tls-client': {
                  ...(action as { 'tls-client': object })['tls-client'],
                  skipreceptornamescheck: true,
                },
              },
        ),
        { 'tcp-listener': { bindaddr: host, port } },
        runnerWork,
      ],
      { control: { tls: 'mesh-in' } },
    );
    await far.logs('Initialization complete');
    const { cert, key } = await authority.issue('runner-node');
    const run = runOnNode(
      options({
        receptorPeer: `tcp://${host}:${port}`,
        receptorNodeId: 'runner-node',
        receptorTls: { rootCas: authority.cert, cert, key },
      }),
    );
    // the mesh says that the service has TLS, which is enough
    await expect(run).rejects.toMatchObject({ code: 'peer-timeout' });
  });
});

describe('a node of this machine takes the job and hands it on', () => {
  it('by its control socket', async () => {
    await expectRun({ receptorPeer: `unix:${near.socket}` });
    for (const daemon of [near, far]) {
      const control = await daemon.control();
      expect([...(await control.workList()).keys()]).toEqual([]);
      control.close();
    }
  });

  it('is killed and started again in the middle, and nothing is lost', async () => {
    let count = 0;
    let again: Promise<void> | undefined;
    const result = await runOnNode({
      ...options({ receptorPeer: `unix:${near.socket}` }),
      onEvent: () => {
        count += 1;
        if (count === 20) again = near.stop('SIGKILL').then(() => near.start());
      },
    });
    await again;
    expect(result).toMatchObject({ status: 'successful', rc: 0 });
    const events = storedEvents(result.artifactDir);
    expect(events.map(({ counter }) => counter)).toEqual(events.map((_, at) => at + 1));
    expect(events.filter(({ event }) => event === 'runner_item_on_ok')).toHaveLength(40);
  });

  it('cancel reaches the job through it', async () => {
    const abort = new AbortController();
    const result = await runOnNode({
      ...options({ receptorPeer: `unix:${near.socket}` }),
      privateDataDir: privateDataDir(join(folder, 'pdd'), endless(folder)),
      signal: abort.signal,
      onEvent: (event) => {
        if (event.event === 'runner_on_ok') abort.abort();
      },
    });
    expect(result).toMatchObject({ status: 'canceled', rc: 254 });
  });

  it('stays away for longer than it may: the run is an error, and says which unit is left', async () => {
    const warnings: string[] = [];
    const result = await runOnNode({
      ...options({ receptorPeer: `unix:${near.socket}` }),
      privateDataDir: privateDataDir(join(folder, 'pdd'), endless(folder)),
      lostTimeoutMs: 300,
      onWarning: (sentence) => void warnings.push(sentence),
      onEvent: async (event) => {
        if (event.event === 'runner_on_ok') await near.stop('SIGKILL');
      },
    });
    expect(result).toMatchObject({ status: 'error', rc: 1 });
    expect(result.explanation).toContain('Lost the node far');
    expect(warnings).toEqual([
      expect.stringMatching(/^The work unit \w+ of node far could not be released/),
    ]);
    // the job goes on at far until it is let go
    writeFileSync(join(folder, 'gate'), '');
    const control = await far.control();
    await until('the end of the job', async () => {
      const [unit] = (await control.workList()).values();
      return unit?.state === 2 ? true : undefined;
    });
    control.close();
  });
});

describe.skipIf(withoutGo)('Go receptor and the Python runner', () => {
  const pythonWork = {
    'work-command': {
      worktype: 'ansible-runner',
      command: join(venv, 'bin', 'ansible-runner'),
      params: 'worker',
    },
  };

  async function goFar(work: object): Promise<string> {
    const port = await freePort();
    own.start('far', [{ 'tcp-listener': { bindaddr: host, port } }, work], {
      command: go,
    });
    await until('its port', () => answers(port));
    return `receptor://${host}:${port}`;
  }

  it.each([
    ['the Python runner', pythonWork],
    ['ours', runnerWork],
  ])('a Go node runs the job with %s', async (_name, work) => {
    await expectRun({ receptorPeer: await goFar(work) });
  });

  it('a Python runner that knows no files by their contents gets all of them', async () => {
    const lines: string[] = [];
    const result = await runOnNode({
      ...options({ receptorPeer: await goFar(pythonWork), byContents: true }),
      onLog: (line) => void lines.push(line),
    });
    expect(result).toMatchObject({ status: 'successful', rc: 0 });
    expect(lines).toContain('The node keeps no files of earlier jobs: all are sent');
  });

  it('a Go hop on the way', async () => {
    const port = await freePort();
    const hop = own.start('hop', [{ 'tcp-listener': { bindaddr: host, port } }], { command: go });
    own.start('far', [{ 'tcp-peer': { address: `${host}:${port}` } }, runnerWork]);
    await hop.routeTo('far');
    await expectRun({ receptorPeer: `receptor://${host}:${port}` });
  });

  it('cancel ends the job on a Go node', async () => {
    const receptorPeer = await goFar(pythonWork);
    const abort = new AbortController();
    const run = runOnNode({
      ...options({ receptorPeer }),
      privateDataDir: privateDataDir(join(folder, 'pdd'), endless(folder)),
      signal: abort.signal,
      cancelTimeoutMs: 10_000,
    });
    await until('the task to run', () => (existsSync(join(folder, 'reached')) ? true : undefined));
    abort.abort();
    expect(await run).toMatchObject({ status: 'canceled', rc: 254 });
  });
});
