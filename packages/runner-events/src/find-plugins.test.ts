import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findEventPlugins, PLUGIN_KEYWORD } from './find-plugins.js';
import { entryOf } from './package-entry.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'find-plugins-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function file(path: string, content: string): Promise<string> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
  return join(root, path);
}

/** Installs a package; `code` is its module. */
async function install(path: string, code: string, manifest: object = {}): Promise<void> {
  const all = { type: 'module', exports: './x.js', keywords: [PLUGIN_KEYWORD], ...manifest };
  await file(`${path}/package.json`, JSON.stringify(all));
  await file(`${path}/x.js`, code);
}

const code = (name: string) => `export default { name: '${name}', open() {} };`;
const find = async (from: string, env: Record<string, string> = {}) => {
  const { plugins, problems } = await findEventPlugins({ from: join(root, from), env });
  return {
    names: plugins.map(({ name }) => name),
    problems: problems.map(({ message }) => message),
  };
};

describe('findEventPlugins', () => {
  it('finds packages beside the program, in scopes and without, and in its own node_modules', async () => {
    await install('node_modules/runner-events-one', code('one'));
    await install(
      'node_modules/@some/runner-events-two',
      `export const plugin = { name: 'two', open() {} };`,
    );
    await install('node_modules/@x/runner/node_modules/runner-events-three', code('three'));
    await file('node_modules/@x/runner/package.json', '{}');
    await file('node_modules/@x/runner/dist/cli.js', '');
    expect(await find('node_modules/@x/runner/dist/cli.js')).toEqual({
      names: ['three', 'two', 'one'],
      problems: [],
    });
    const from = pathToFileURL(join(root, 'node_modules/@x/runner/dist/cli.js'));
    expect((await findEventPlugins({ from, env: {} })).plugins).toHaveLength(3);
  });

  it('loads no package without the name or the keyword of a plugin, and none of folders above', async () => {
    const bad = 'throw new Error("loaded")';
    await install('node_modules/runner-events-plain', bad, { keywords: ['events'] });
    await install('node_modules/other', bad);
    await install('node_modules/runner-events-broken', bad, { keywords: undefined });
    await install('app/node_modules/@x/other', bad);
    await file('app/package.json', '{}');
    expect(await find('app/cli.js')).toEqual({ names: [], problems: [] });
    expect(await find('node_modules/runner/cli.js')).toEqual({ names: [], problems: [] });
    await install('node_modules/runner-events-above', bad);
    expect(await find('app/cli.js')).toEqual({ names: [], problems: [] });
  });

  it('does not look into the working folder', async () => {
    await install('node_modules/runner-events-here', code('here'));
    const before = process.cwd();
    try {
      process.chdir(root);
      expect((await findEventPlugins({ env: {} })).plugins.map(({ name }) => name)).not.toContain(
        'here',
      );
    } finally {
      process.chdir(before);
    }
  });

  it('looks into the folders of its variable and of NODE_PATH; the first of one name counts', async () => {
    await install('a/runner-events-one', code('one'));
    await install('b/my-plugin', code('mine'));
    await install('c/runner-events-one', 'throw new Error("loaded")', { exports: './y.js' });
    await file('c/runner-events-one/y.js', `${code('one')}; export const second = true;`);
    await symlink(join(root, 'a'), join(root, 'd'));
    const env = {
      ANSIBLE_RUNNER_PLUGINS_PATH: `${join(root, 'b', 'my-plugin')}:${join(root, 'a')}:`,
      NODE_PATH: `${join(root, 'c')}:${join(root, 'd')}:${join(root, 'none')}`,
    };
    expect(await find('cli.js', env)).toEqual({ names: ['mine', 'one'], problems: [] });
  });

  it('loads a plugin that announces its settings only for runs that set one', async () => {
    const ansibleRunnerPlugin = { name: 'late', settings: ['runner_late_url'] };
    await install('node_modules/runner-events-late', 'throw new Error("loaded")', {
      ansibleRunnerPlugin,
    });
    const { plugins, problems } = await findEventPlugins({
      from: join(root, 'node_modules/runner/cli.js'),
      env: {},
    });
    expect(problems).toEqual([]);
    const [late] = plugins;
    const context = { ident: 'i', artifactDir: '', artifactRoot: '', warn: () => undefined };
    const open = (settings: object, env: Record<string, string> = {}) =>
      late?.open({ ...context, settings: { ...settings }, env });
    expect(await open({ runner_late_other: 'x' })).toBeUndefined();
    expect(await open({ runner_late_url: 'x' }, { RUNNER_LATE_URL: '' })).toBeUndefined();
    await expect(open({ runner_late_url: 'x' })).rejects.toThrow('loaded');
    await expect(open({}, { RUNNER_LATE_URL: 'x' })).rejects.toThrow('loaded');
  });

  it('names the packages that can not be used, and why', async () => {
    await install('node_modules/runner-events-a', 'throw new Error("boom")');
    await install(
      'node_modules/runner-events-b',
      'export default { name: "Bad Name", open() {} };',
    );
    await install('node_modules/runner-events-c', 'export default () => {};');
    await install('node_modules/runner-events-d', '', { exports: './../../evil.js' });
    await install('node_modules/runner-events-e', code('fine'));
    await install('node_modules/runner-events-f', '', {
      ansibleRunnerPlugin: { name: 'f', settings: 'x' },
    });
    const { names, problems } = await find('node_modules/runner/cli.js');
    expect(names).toEqual(['fine']);
    const shape = /its default export must be an object with a name/;
    expect(problems).toEqual([
      expect.stringMatching(/^The event plugin in .*runner-events-a can't be loaded: boom$/),
      expect.stringMatching(shape),
      expect.stringMatching(shape),
      expect.stringMatching(/names no module/),
      expect.stringMatching(/ansibleRunnerPlugin .* must have a name/),
    ]);
  });
});

describe('entryOf', () => {
  it.each([
    [{ exports: './a.js' }, './a.js'],
    [{ exports: { '.': './a.js' } }, './a.js'],
    [{ exports: { types: './a.d.ts', default: './a.js' } }, './a.js'],
    [
      { exports: { '.': { source: './a.ts', browser: './b.js', node: { import: './c.js' } } } },
      './c.js',
    ],
    [{ exports: { '.': { require: './a.cjs', default: './b.js' } }, main: 'm.js' }, './b.js'],
    [{ main: 'm.js' }, 'm.js'],
    [{}, 'index.js'],
  ])('of %j', (manifest, entry) => {
    expect(entryOf(manifest)).toBe(entry);
  });

  it.each([{ exports: { '.': { require: './a.cjs' } } }, { main: 3 }, { main: 'a/../../b.js' }])(
    'refuses %j',
    (manifest) => {
      expect(() => entryOf(manifest)).toThrow(/names no module/);
    },
  );
});
