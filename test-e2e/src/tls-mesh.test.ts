import { join } from 'node:path';
import { ControlClient } from '@receptorjs/control-client';
import { freePort, goReceptor, skipsWithoutGo } from '@receptorjs/tooling-test-peers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Authority, tlsActions } from './certificates.js';
import { bin, command, Mesh, venv, type Daemon } from './mesh.js';

skipsWithoutGo('skipped in part');
const { path: go } = goReceptor;

const ours = bin('receptor');
const makers = [
  ['ours', ours],
  ['theirs', go],
] as const;

/** Who runs near, hop and far. */
const chains = [
  ['ours', 'ours', 'ours'],
  ['ours', 'theirs', 'ours'],
  ['theirs', 'ours', 'theirs'],
  ['ours', 'ours', 'theirs'],
  ['theirs', 'ours', 'ours'],
] as const;

const available = <T extends readonly string[]>(all: readonly T[]): readonly T[] =>
  go ? all : all.filter((names) => !names.includes('theirs'));

describe('a mesh with TLS on every link and stream', () => {
  let mesh: Mesh;
  beforeEach(() => {
    mesh = new Mesh();
  });
  afterEach(() => mesh.end());

  const toolOf = (who: string): string => (who === 'theirs' ? go : ours);

  async function chain(
    authority: Authority,
    backend: 'tcp' | 'ws',
    [near, hop, far]: readonly [string, string, string],
    nearToo: readonly object[] = [],
  ): Promise<{ near: Daemon; far: Daemon }> {
    const port = await freePort();
    const host = '127.0.0.1';
    const address = backend === 'ws' ? `wss://${host}:${port}` : `${host}:${port}`;
    const actions = async (node: string) => tlsActions(authority, await authority.issue(node));
    const control = { tls: 'mesh-in' };
    mesh.start(
      'hop',
      [
        ...(await actions('hop')),
        { [`${backend}-listener`]: { bindaddr: host, port, tls: 'mesh-in' } },
      ],
      { command: toolOf(hop), control },
    );
    const peer = { [`${backend}-peer`]: { address, tls: 'mesh-out' } };
    const work = { 'work-command': { worktype: 'cat', command: 'cat' } };
    const start = async (node: string, who: string, more: readonly object[] = []) =>
      mesh.start(node, [...(await actions(node)), peer, work, ...more], {
        command: toolOf(who),
        control,
      });
    const ends = { near: await start('near', near, nearToo), far: await start('far', far) };
    await ends.near.routeTo('far');
    await ends.far.routeTo('near');
    return ends;
  }

  it('D13: a wss peer without tls takes the tls-client called default', async () => {
    const authority = await Authority.make(mesh.folder);
    const [port, host] = [await freePort(), '127.0.0.1'];
    const [tlsServer] = tlsActions(authority, await authority.issue('hop'));
    const [, tlsClient] = tlsActions(authority, await authority.issue('near'));
    const fields = (tlsClient as { 'tls-client': object })['tls-client'];
    mesh.start('hop', [
      tlsServer ?? {},
      { 'ws-listener': { bindaddr: host, port, tls: 'mesh-in' } },
    ]);
    const near = mesh.start('near', [
      { 'tls-client': { ...fields, name: 'default' } },
      { 'ws-peer': { address: `wss://${host}:${port}` } },
    ]);
    await near.routeTo('hop');
  });

  it.each(available(chains))('carries work when near, hop, far are %s, %s, %s', async (...who) => {
    const authority = await Authority.make(mesh.folder);
    const { near, far } = await chain(authority, 'tcp', who);
    for (const [from, to] of [
      [near, 'far'],
      [far, 'near'],
    ] as const) {
      const { code, stdout, stderr } = await command(
        bin('receptorctl'),
        [
          ...['--socket', from.socket, 'work', 'submit', 'cat', '--node', to],
          ...['--tls-client', 'mesh-out', '-f', '--rm', '-p', '-'],
        ],
        { input: 'through TLS\n' },
      );
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(stdout).toContain('through TLS\n');
    }
  });

  it.each(
    available([
      ['ours', 'ours', 'ours'],
      ['ours', 'theirs', 'ours'],
      ['theirs', 'ours', 'theirs'],
    ]),
  )('does so over wss when near, hop, far are %s, %s, %s', async (near, hop, far) => {
    const authority = await Authority.make(mesh.folder);
    const ends = await chain(authority, 'ws', [near, hop, far]);
    const control = await ends.near.control();
    const there = ControlClient.over(
      await control.connectService('far', 'control', { tlsClient: 'mesh-out' }),
    );
    expect(await there.nodeId()).toBe('far');
    there.close();
  });

  it.each(available(makers.map(([name]) => [name] as const)))(
    'uses certificates that were made by %s',
    async (maker) => {
      const authority = await Authority.make(mesh.folder, 'ca', toolOf(maker));
      const { near } = await chain(authority, 'tcp', ['ours', go ? 'theirs' : 'ours', 'ours']);
      const control = await near.control();
      const stream = await control.connectService('far', 'control', { tlsClient: 'mesh-out' });
      const there = ControlClient.over(stream);
      expect(await there.nodeId()).toBe('far');
      there.close();
    },
  );

  it('says at both ends why a stream was refused', async () => {
    const authority = await Authority.make(mesh.folder);
    const { near, far } = await chain(authority, 'tcp', ['ours', 'ours', 'ours']);
    const unnamed = await near.ctl('connect', 'far', 'control', '--tls-client', 'default');
    expect(unnamed.code).toBe(1);
    expect(unnamed.stderr).toMatch(/CRYPTO_ERROR .*(?:authority|certificate)/);
    await far.logs(/Refused a stream of near to control: .*certificate/);
  });

  it('dials a service with TLS by the tls-client that is the only one', async () => {
    const authority = await Authority.make(mesh.folder);
    const { near } = await chain(authority, 'tcp', ['ours', 'ours', 'ours']);
    expect(
      await near.ctl('work', 'submit', 'cat', '--node', 'far', '-l', 'hi', '-f', '--rm'),
    ).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^hi\n/) as string,
    });
    expect(await near.ctl('work', 'list', '--node', 'far')).toMatchObject({ code: 0 });
  });

  it('says which tls-clients there are where it is not clear which is meant, and that such a unit never starts', async () => {
    const authority = await Authority.make(mesh.folder);
    const spare = { 'tls-client': { name: 'spare', cert: '', key: '' } };
    const { near } = await chain(authority, 'tcp', ['ours', 'ours', 'ours'], [spare]);
    const remedy =
      'insecure connection to secure service (control of far wants TLS: try --tls-client mesh-out or spare)';
    for (const [words, code] of [
      [['connect', 'far', 'control'], 1],
      [['work', 'list', '--node', 'far'], 1],
      [['work', 'submit', 'cat', '--node', 'far', '-n'], 101],
      [['work', 'submit', 'cat', '--node', 'far', '-n', '-f'], 101],
    ] as const) {
      const { stderr, ...ended } = await near.ctl(...words);
      expect([words, ended.code, stderr]).toEqual([words, code, expect.stringContaining(remedy)]);
    }
    expect((await near.ctl('explain', 'far')).stdout).toContain(remedy);
  });

  it('answers the Python receptorctl over TLS, which ends its side without a goodbye', async () => {
    const authority = await Authority.make(mesh.folder);
    const files = await authority.issue('solo');
    const port = await freePort();
    const solo = mesh.start(
      'solo',
      [
        ...tlsActions(authority, files),
        'local-only',
        {
          'work-command': { worktype: 'cat', command: 'cat' },
        },
      ] as object[],
      {
        control: { tcplisten: `127.0.0.1:${port}`, tcptls: 'mesh-in' },
      },
    );
    await (await solo.control()).status(['NodeID']);
    const python = (...args: readonly string[]) =>
      command(join(venv, 'bin', 'receptorctl'), [
        ...['--socket', `tls://localhost:${port}`, '--rootcas', authority.cert],
        ...['--cert', files.cert, '--key', files.key, ...args],
      ]);
    expect(await python('status')).toMatchObject({ code: 0 });
    const submit = await python('work', 'submit', 'cat', '-l', 'over TLS', '-f', '--rm');
    expect(submit.stdout).toContain('over TLS');
    const stranger = await command(join(venv, 'bin', 'receptorctl'), [
      ...['--socket', `tls://localhost:${port}`, '--rootcas', authority.cert, 'status'],
    ]);
    expect(stranger.code).not.toBe(0);
    await solo.logs(/Control connection refused: .*certificate/);
  });
});
