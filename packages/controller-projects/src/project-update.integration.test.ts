import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ansibleMissing,
  FolderServer,
  git,
  inPython,
  runModule,
} from './project-update-fixture.js';

const secret = { username: 'reader', password: 'of-the-project' };
const hosts = ['127.0.0.1'];
let folder: string;
let served: string;
let sources: string;
const servers: FolderServer[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'project-update-'));
  [served, sources] = [join(folder, 'served'), join(folder, 'sources')];
  mkdirSync(served);
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
});

async function serve(secretText?: string): Promise<FolderServer> {
  const server = await FolderServer.start(served, secretText);
  servers.push(server);
  return server;
}

/** Makes a repository that is served as files. @returns its commit */
async function commit(name: string, submodule?: { url: string; commit: string }): Promise<string> {
  const path = join(served, name);
  mkdirSync(path);
  await git(path, 'init', '--quiet');
  writeFileSync(join(path, 'site.yml'), `# ${name}\n`);
  if (submodule !== undefined) {
    writeFileSync(
      join(path, '.gitmodules'),
      `[submodule "below"]\n\tpath = below\n\turl = ${submodule.url}\n`,
    );
    await git(path, 'update-index', '--add', '--cacheinfo', `160000,${submodule.commit},below`);
  }
  await git(path, 'add', 'site.yml', ...(submodule === undefined ? [] : ['.gitmodules']));
  await git(path, 'commit', '--quiet', '-m', 'x');
  await git(path, 'update-server-info');
  return git(path, 'rev-parse', 'HEAD');
}

describe.skipIf(ansibleMissing !== undefined)('project_git', () => {
  it('gives the password to the machine of the project, for its submodules too', async () => {
    const server = await serve(`${secret.username}:${secret.password}`);
    const below = await commit('below');
    const revision = await commit('plays', { url: server.url('below/.git'), commit: below });
    const values = { folder: sources, url: server.url('plays/.git'), hosts, ...secret };
    expect(await runModule('project_git', values)).toMatchObject({ changed: true, revision });
    const project = join(sources, 'trees', revision, 'project');
    expect(existsSync(join(project, 'below', 'site.yml'))).toBe(true);
  });

  it('gives it to no other that a submodule names', async () => {
    const server = await serve(`${secret.username}:${secret.password}`);
    const foreign = await serve('somebody:else');
    const below = await commit('below');
    await commit('plays', { url: foreign.url('below/.git'), commit: below });
    const values = { folder: sources, url: server.url('plays/.git'), hosts, ...secret };
    expect(await runModule('project_git', values)).toMatchObject({ failed: true });
    expect(foreign.authorizations).not.toEqual([]);
    const said = foreign.authorizations.map((text) =>
      Buffer.from(text.replace('Basic ', ''), 'base64').toString(),
    );
    expect(said.join()).not.toContain(secret.password);
    expect(said.join()).not.toContain(secret.username);
  });

  it('takes away what an update has left that was killed', async () => {
    const server = await serve();
    const revision = await commit('plays');
    const values = { folder: sources, url: server.url('plays/.git'), hosts };
    await runModule('project_git', values);
    const repositories = join(sources, 'repositories');
    const repository = join(repositories, readdirSync(repositories)[0] ?? '');
    for (const name of ['.lay-a', 'trees/.new-a', 'repositories/.init-a', 'repositories/index-a'])
      mkdirSync(join(sources, name));
    for (const name of ['packed-refs.lock', 'HEAD.lock', 'refs/remotes/origin/main.lock'])
      writeFileSync(join(repository, name), '');
    writeFileSync(join(repository, 'objects', 'pack', 'tmp_pack_a'), 'x');
    writeFileSync(join(served, 'plays', 'site.yml'), '# more\n');
    await git(join(served, 'plays'), 'commit', '--quiet', '-am', 'y');
    await git(join(served, 'plays'), 'update-server-info');
    const answer = await runModule('project_git', values);
    expect(answer).toMatchObject({ changed: true });
    expect(answer.revision).not.toBe(revision);
    expect(readdirSync(sources).sort()).toEqual(['lock', 'repositories', 'trees']);
    expect(readdirSync(join(sources, 'trees'))).toHaveLength(2);
    expect(readdirSync(repositories)).toHaveLength(1);
    const left = readdirSync(repository, { recursive: true }).map(String);
    expect(left.filter((name) => /\.lock$|tmp_/.test(name))).toEqual([]);
    // a repository that was only begun
    rmSync(join(repository, 'HEAD'));
    expect(await runModule('project_git', values)).toMatchObject({ revision: answer.revision });
  });
});

describe.skipIf(ansibleMissing !== undefined)('project_delete', () => {
  it('removes what was fetched, and leaves trees and the lock', async () => {
    const server = await serve();
    const revision = await commit('plays');
    await runModule('project_git', { folder: sources, url: server.url('plays/.git'), hosts });
    expect(await runModule('project_delete', { folder: sources })).toMatchObject({ changed: true });
    expect(readdirSync(sources).sort()).toEqual(['lock', 'trees']);
    expect(readdirSync(join(sources, 'trees'))).toEqual([revision]);
    expect(await runModule('project_delete', { folder: sources })).toMatchObject({
      changed: false,
    });
  });
});

const checkAddresses = `
from ansible.module_utils.project_sources import SourceError, check_address
result = []
for url in given["urls"]:
    try:
        check_address(url, given["hosts"])
    except SourceError:
        result.append(url)
`;

describe.skipIf(ansibleMissing !== undefined)('rules of hosts', () => {
  const refused = (urls: string[], patterns: string[]): Promise<unknown> =>
    inPython(checkAddresses, { urls, hosts: patterns });

  it('end the name of a machine where everybody else ends it', async () => {
    const bad = [
      'https://169.254.169.254?.corp.example/x',
      'https://169.254.169.254#.corp.example/x',
      'https://169.254.169.254\\.corp.example/x',
      'https://169.254.169.254\\@git.corp.example/x',
      'https://169.254.169.254/@git.corp.example/x',
      'https://git.corp.example@169.254.169.254/x',
      'https://a@git.corp.example@169.254.169.254/x',
      'https://%31.corp.example/x',
      'https://other.example,.corp.example/x',
      'https://[::1].corp.example/x',
      'https://git.corp.example:80@169.254.169.254/x',
      'https://git.corp.example:x/x',
      'https://git.corp.example/ x',
      'git@169.254.169.254:x.corp.example',
      '-x@git.corp.example:x',
      'file://git.corp.example/x',
    ];
    const good = [
      'https://git.corp.example/x',
      'https://GIT.corp.example:8443/x?y#z',
      'ssh://git@git.corp.example:22/x',
      'git@git.corp.example:x',
    ];
    expect(await refused([...bad, ...good], ['*.corp.example'])).toEqual(bad);
  });

  it('have no wildcard but the star', async () => {
    const urls = ['https://a1.example/', 'https://ab.example/', 'https://[fd00::1]/'];
    expect(await refused(urls, ['a?.example', '[a]b.example', 'A1.*'])).toEqual(urls.slice(1));
    expect(await refused(urls, ['*'])).toEqual([]);
    expect(await refused(urls, ['fd00::1'])).toEqual(urls.slice(0, 2));
  });
});

const checkRequirements = `
from project_requirements import SourceError, check
result = []
for kind, entry in given["entries"]:
    try:
        check(entry, kind, ["git.example"])
    except SourceError:
        result.append([kind, entry])
`;

describe.skipIf(ansibleMissing !== undefined)('project_requirements', () => {
  it('refuses what leads to this machine, or where nothing is allowed', async () => {
    const bad = [
      ['role', { src: 'internal-host:repo.git', scm: 'git' }],
      ['role', { src: 'internal.host:repo.git', scm: 'git' }],
      ['role', 'git+internal-host:repo.git'],
      ['role', 'git+internal-host:repo.git,main,x'],
      ['role', 'hg+internal-host'],
      ['role', { src: 'x/../../../../etc/a.tar.gz' }],
      ['role', { src: 'x.y', name: 'a/../../../b' }],
      ['role', 'x.y,1.0,/etc/z'],
      ['role', { src: 'git+https://other.example/x' }],
      ['role', { src: 'git@other.example:x' }],
      ['collection', { name: 'internal.host:repo.git', type: 'git' }],
      ['collection', { name: 'a.b', signatures: ['file:///etc/passwd'] }],
      ['collection', { name: 'a.b', signatures: ['https://other.example/x'] }],
      ['collection', { name: 'a.b', source: { url: 'https://other.example/x' } }],
      ['collection', ['/etc/x']],
      ['collection', { name: 'x', type: 'dir' }],
      ['role', { include: 'x.yml' }],
    ];
    const good = [
      ['role', 'geerlingguy.nginx'],
      ['role', 'geerlingguy.nginx,1.0,web/nginx'],
      ['role', { src: 'git+https://git.example/x.git', version: 'v1..', name: 'x' }],
      ['role', { src: 'git@git.example:x.git', scm: 'git', version: 1.5 }],
      ['collection', 'community.general'],
      ['collection', 'community.general:>=1.0.0,<2.0.0'],
      ['collection', { name: 'a.b', version: '*', source: 'https://git.example/' }],
      ['collection', { name: 'git@git.example:x.git', type: 'git', version: 'main' }],
      ['collection', 'git+https://git.example/x.git#/a/b/,main'],
      ['collection', { name: 'a.b', signatures: ['https://git.example/x.asc'] }],
    ];
    expect(await inPython(checkRequirements, { entries: [...bad, ...good] })).toEqual(bad);
  });
});

/** Makes an archive of links and files: names to where links lead, or to nothing. */
const makeArchive = `
import io, stat, tarfile, zipfile
with (tarfile.open(given["path"], "w") if given["tar"] else zipfile.ZipFile(given["path"], "w")) as archive:
    for name, leads in given["members"]:
        if given["tar"]:
            member = tarfile.TarInfo(name)
            member.type = tarfile.SYMTYPE if leads else tarfile.REGTYPE
            member.linkname = leads
            archive.addfile(member, io.BytesIO())
        else:
            member = zipfile.ZipInfo(name)
            member.external_attr = ((stat.S_IFLNK if leads else stat.S_IFREG) | 0o644) << 16
            archive.writestr(member, leads)
result = None
`;

describe.skipIf(ansibleMissing !== undefined)('project_archive', () => {
  async function unpacked(members: [string, string][], tar = true): Promise<string> {
    const server = await serve();
    await inPython(makeArchive, { path: join(served, 'x'), members, tar });
    const values = { folder: sources, url: server.url('x'), hosts };
    const { msg, revision = '' } = await runModule('project_archive', values);
    if (msg !== undefined) return msg;
    return execFileSync('find', ['.', '-type', 'l'], {
      cwd: join(sources, 'trees', revision, 'project'),
      encoding: 'utf8',
    });
  }

  it.each<[string, [string, string][]]>([
    [
      'by a link on the way',
      [
        ['a/b/c/d', '../../..'],
        ['a/b/c/d/x', '../../../../etc/passwd'],
      ],
    ],
    [
      'by a later link',
      [
        ['top/x', 'sub/y/../../..'],
        ['top/sub/y', '..'],
        ['top/f', ''],
      ],
    ],
    [
      'of the only folder',
      [
        ['top/x', '..'],
        ['top/f', ''],
      ],
    ],
    [
      'at once',
      [
        ['x', '/etc/passwd'],
        ['f', ''],
      ],
    ],
  ])('refuses a link that leads out, %s', async (_, members) => {
    expect(await unpacked(members)).toBe('the archive has a link that leads elsewhere');
  });

  it('keeps links within, of tar and of zip', async () => {
    const members: [string, string][] = [
      ['top/a/f', ''],
      ['top/l', 'a/f'],
      ['top/a/up', '../a'],
    ];
    expect((await unpacked(members)).split('\n').sort()).toEqual(['', './a/up', './l']);
    rmSync(sources, { recursive: true });
    expect((await unpacked(members, false)).split('\n').sort()).toEqual(['', './a/up', './l']);
  });

  it('refuses a long link of a zip', async () => {
    const members: [string, string][] = [
      ['f', ''],
      ['l', 'x'.repeat(5000)],
    ];
    expect(await unpacked(members, false)).toMatch(/a link of more than 4096 bytes/);
  });
});
