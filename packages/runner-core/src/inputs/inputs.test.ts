import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planJob } from '../plan/job-plan.js';
import { makePrivateDataDir, readPrivateDataDir } from './private-data-dir.js';
import type { RunOptions } from './run-options.js';
import { shownEnvironment } from '../secrets/shown-environment.js';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'runner-inputs-'));
  await mkdir(join(root, 'env'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const env = (name: string, content: string) => writeFile(join(root, 'env', name), content);
const plan = async (options: Partial<RunOptions> = {}, inherited: Record<string, string> = {}) => {
  const whole = { privateDataDir: root, playbook: 'site.yml', ...options };
  const planned = await planJob(whole, await readPrivateDataDir(whole), inherited);
  return {
    ...planned,
    command: (privateDir: string) =>
      planned.command({ root, cwd: planned.cwd, privateDir, pathOf: (path) => path }),
  };
};

describe('command line', () => {
  it('stands in the order of the original', async () => {
    await mkdir(join(root, 'inventory'));
    await env('extravars', 'a: 1');
    await env('cmdline', '--diff -e "q=1 2"');
    const { command } = await plan({
      limit: 'web',
      extravars: { secret: 'x' },
      verbosity: 3,
      tags: 't',
      skipTags: 's',
      forks: 4,
    });
    expect(command('/private')).toEqual([
      ...[
        'ansible-playbook',
        '--diff',
        '-e',
        'q=1 2',
        '-i',
        join(root, 'inventory'),
        '--limit',
        'web',
      ],
      ...['-e', `@${join(root, 'env', 'extravars')}`, '-e', '@/private/extravars'],
      ...['-vvv', '--tags', 't', '--skip-tags', 's', '--forks', '4', 'site.yml'],
    ]);
  });

  it('of a module ends in module, arguments and hosts', async () => {
    const {
      command,
      cwd,
      env: set,
    } = await plan({
      playbook: undefined as never,
      module: 'ping',
      moduleArgs: 'data=x',
      hostPattern: 'all',
    });
    expect(command('/p')).toEqual(['ansible', '-m', 'ping', '-a', 'data=x', 'all']);
    expect(cwd).toBe(root);
    expect(set).toMatchObject({ AD_HOC_COMMAND_ID: '1', ANSIBLE_LOAD_CALLBACK_PLUGINS: '1' });
  });

  it('runner 28: of another binary has the playbook like the usual one', async () => {
    const { command } = await plan({ binary: '/opt/ansible-playbook', limit: 'x' });
    expect(command('/p')).toEqual(['/opt/ansible-playbook', '--limit', 'x', 'site.yml']);
  });

  it('is what the file args says, if there is one', async () => {
    await writeFile(join(root, 'args'), "echo 'a b'");
    expect((await plan()).command('/p')).toEqual(['echo', 'a b']);
  });

  it('runner 3: extra variables given at run time stay out of the command and of env/', async () => {
    const { command, privateFiles } = await plan({ extravars: { password: 'hunter2' } });
    expect(command('/p').join(' ')).not.toContain('hunter2');
    const content = '{"password":"hunter2"}';
    expect(privateFiles).toEqual([{ name: 'extravars', content, readOnce: true }]);
    const wrapped = await plan({ extravars: { a: 1 }, binary: 'wrapper' });
    expect(wrapped.privateFiles).toMatchObject([{ name: 'extravars', readOnce: false }]);
  });

  it('refuses what is no text where callers without types give something else', async () => {
    const limit: unknown = 5;
    await expect(plan({ limit: limit as string })).rejects.toMatchObject({ code: 'configuration' });
  });

  it('refuses extra variables that JSON can not hold', async () => {
    await expect(plan({ extravars: { n: 1n } })).rejects.toMatchObject({ code: 'configuration' });
  });

  it('runner 4: an inventory text becomes a private file and replaces nothing', async () => {
    const { command, privateFiles } = await plan({ inventory: '[web]\nh1\n' });
    expect(command('/p')).toContain('/p/inventory/hosts');
    expect(privateFiles).toEqual([{ name: 'inventory/hosts', content: '[web]\nh1\n' }]);
  });

  it('takes inventories by path, as list of hosts and as list of inventories', async () => {
    await mkdir(join(root, 'inventory'));
    await writeFile(join(root, 'inventory', 'test'), 'h1');
    const words = async (inventory: string | string[]) => (await plan({ inventory })).command('/p');
    expect(await words('test')).toContain(join(root, 'inventory', 'test'));
    expect(await words('inventory/test')).toContain(join(root, 'inventory', 'test'));
    expect(await words('a,b')).toContain('a,b');
    expect(await words(['x', 'y'])).toEqual(['ansible-playbook', '-i', 'x', '-i', 'y', 'site.yml']);
    expect(await words([])).toEqual(['ansible-playbook', 'site.yml']);
    for (const name of ['inventories/prod', 'hosts.yml', '/nowhere'])
      await expect(words(name)).rejects.toThrow(`The inventory "${name}" does not exist`);
    // Nothing was said with it.
    expect(await words('')).toContain(join(root, 'inventory'));
  });

  it('takes an inventory that names nothing for its hosts, or for what it says', async () => {
    const input = async (inventory: string | string[] | Record<string, unknown>) => {
      const { command, privateFiles, env: set } = await plan({ inventory });
      const words = command('/p').slice(1, -1);
      const contents = privateFiles.map((file) => ('content' in file ? file.content : ''));
      return { words, contents, failed: set.ANSIBLE_INVENTORY_UNPARSED_FAILED };
    };
    const inFile = (content: string, name = 'hosts') => ({
      words: ['-i', `/p/inventory/${name}`],
      contents: [content],
      failed: 'True',
    });
    const json = '{"all":{"hosts":{"a":null,"b":null}}}';
    expect(await input(json)).toEqual(inFile(json));
    expect(await input('web1')).toEqual(inFile('web1\n'));
    expect(await input('web[1:3]')).toEqual(inFile('web[1:3]'));
    expect(await input({ web: ['a'] })).toEqual(
      inFile('{"web":{"hosts":{"a":null}}}', 'hosts.json'),
    );
    await expect(input({})).rejects.toThrow(/^inventory: the mapping is empty/);
    expect(await input('a, b')).toEqual({ words: ['-i', 'a,b'], contents: [], failed: undefined });
    expect(await input('a,')).toMatchObject({ words: ['-i', 'a,'] });
    expect(await input(['a, b', json, 'x', 'h k=v'])).toEqual({
      words: ['-i', 'a,b', '-i', '/p/inventory/hosts', '-i', 'x', '-i', '/p/inventory/hosts-2'],
      contents: [json, 'h k=v'],
      failed: 'True',
    });
    const decided = { ANSIBLE_INVENTORY_UNPARSED_FAILED: 'False' };
    for (const set of [
      await plan({ inventory: json, envvars: decided }),
      await plan({ inventory: json }, decided),
    ])
      expect(set.env).toMatchObject(decided);
  });

  it.each([
    [{ playbook: 'a', module: 'b' }, /Only one of playbook and module/],
    [{ playbook: '' }, /No executable for runner to run/],
    [{ forks: 1.5 }, /forks/],
    [{ verbosity: -1 }, /verbosity/],
    [{ timeout: 0 }, /timeout/],
    [{ ident: 'a/b' }, /ident/],
  ])('refuses %j', async (options, message) => {
    await expect(plan(options)).rejects.toThrow(message);
  });
});

describe('environment', () => {
  it('has the precedence of the original: forced, env/envvars, options, inherited', async () => {
    await env('envvars', 'A: file\nANSIBLE_RETRY_FILES_ENABLED: true');
    const { env: set } = await plan(
      { envvars: { A: 'option', B: 'option' } },
      { A: 'x', B: 'x', C: 'x' },
    );
    expect(set).toMatchObject({
      A: 'file',
      B: 'option',
      C: 'x',
      ANSIBLE_RETRY_FILES_ENABLED: 'False',
      ANSIBLE_STDOUT_CALLBACK: 'awx_display',
      RUNNER_OMIT_EVENTS: 'False',
    });
  });

  it('shows values as Python does', async () => {
    await env(
      'envvars',
      'a: yes\nb: 1\nc: 1.0\nd: ~\ne: 0o17\nf: 010\ng: [1, x, {k: true}]\nh: 12345678901234567890\n' +
        'i: 1e30\nj: 2020-01-02\nk: "it\'s"\nl: .5\nm: 1_000\nn: off\no: 1.5e+3\np: y\nq: 1:30',
    );
    expect((await plan()).env).toMatchObject({
      a: 'True',
      b: '1',
      c: '1.0',
      d: 'None',
      e: '0o17',
      f: '8',
      g: "[1, 'x', {'k': True}]",
      h: '12345678901234567890',
      i: '1e30',
      j: '2020-01-02',
      k: "it's",
      l: '0.5',
      m: '1000',
      n: 'False',
      o: '1500.0',
      p: 'y',
      q: '90',
    });
    await env('envvars', '{"a": true, "b": 1.0, "c": null, "d": 1}');
    expect((await plan()).env).toMatchObject({ a: 'True', b: '1.0', c: 'None', d: '1' });
  });

  it('keeps the stdout callback the user asked for as base of ours, also in a run inside of a run', async () => {
    expect(
      (await plan({}, { ANSIBLE_STDOUT_CALLBACK: 'minimal' })).env.ORIGINAL_STDOUT_CALLBACK,
    ).toBe('minimal');
    const nested = await plan({}, { ANSIBLE_STDOUT_CALLBACK: 'awx_display' });
    expect(nested.env.ORIGINAL_STDOUT_CALLBACK).toBeUndefined();
  });

  it('runner 17: artifacts and messages show no secret and no inherited environment', () => {
    const full = {
      PATH: '/bin',
      AWS_SECRET_ACCESS_KEY: 's1',
      SESSION: 's2',
      DB_PASSWORD: 's3',
      PROXY: 'http://u:s4@proxy:1',
      ANSIBLE_HOST_KEY_CHECKING: 'False',
    };
    const shown = shownEnvironment(full, new Set(['DB_PASSWORD', 'PROXY']));
    expect(shown).toEqual({
      PATH: '/bin',
      DB_PASSWORD: '**********',
      PROXY: 'http://u:**********@proxy:1',
      ANSIBLE_HOST_KEY_CHECKING: 'False',
    });
  });
});

describe('runner 31: host key checking', () => {
  const checking = async (inherited: Record<string, string> = {}) =>
    (await plan({}, { HOME: root, ...inherited })).env.ANSIBLE_HOST_KEY_CHECKING;
  const config = (name: string, text: string) => writeFile(join(root, name), text);

  it('is off where nobody says anything', async () => {
    await config(
      'ansible.cfg',
      '[defaults]\n# host_key_checking = True\nforks = 3\n[other]\nhost_key_checking=1',
    );
    expect(await checking()).toBe('False');
  });

  it.each([
    '[defaults]\nforks=1\nhost_key_checking = True\n',
    '[ssh_connection]\r\nhost_key_checking: no\r\n',
  ])('is left to an ansible.cfg that says %j', async (text) => {
    await config('ansible.cfg', text);
    expect(await checking()).toBeUndefined();
  });

  it('is left to the ansible.cfg that counts: the named, the one here, the one at home', async () => {
    await config('.ansible.cfg', '[defaults]\nhost_key_checking = True\n');
    expect(await checking()).toBeUndefined();
    await config('ansible.cfg', '[defaults]\n');
    expect(await checking()).toBe('False');
    await config('named.cfg', '[defaults]\nhost_key_checking = True\n');
    expect(await checking({ ANSIBLE_CONFIG: join(root, 'named.cfg') })).toBeUndefined();
  });

  it('is what the environment says', async () => {
    expect(await checking({ ANSIBLE_HOST_KEY_CHECKING: 'True' })).toBe('True');
    expect(await checking({ ANSIBLE_SSH_HOST_KEY_CHECKING: 'True' })).toBeUndefined();
  });
});

describe('settings', () => {
  it('runner 2: settings given at run time count where there is no file, and the file wins key by key', async () => {
    const options = { settings: { idle_timeout: 3, suppress_output_file: true } };
    expect((await plan(options)).settings).toMatchObject({
      idleTimeout: 3,
      suppressOutputFile: true,
    });
    await env('settings', 'idle_timeout: 5');
    expect((await plan(options)).settings).toMatchObject({
      idleTimeout: 5,
      suppressOutputFile: true,
    });
  });

  it('runner 2: options that mean a setting count unless the setting says otherwise', async () => {
    const options = { suppressOutputFile: true, suppressAnsibleOutput: true };
    expect((await plan(options)).settings).toMatchObject(options);
    await env('settings', 'suppress_output_file: false');
    expect((await plan(options)).settings).toMatchObject({
      suppressOutputFile: false,
      suppressAnsibleOutput: true,
    });
  });

  it.each([
    ['- a', /env\/settings must hold a mapping.*a list/],
    ['{a: [', /env\/settings must hold a mapping/],
    [`{"a":${'['.repeat(1001)}${']'.repeat(1001)}}`, /env\/settings can't be read: JSON is nested/],
    ['idle_timeout: soon', /env\/settings: idle_timeout must be a number of seconds/],
    ['suppress_output_file: 3', /suppress_output_file must be true or false/],
    ['event_log: 3', /event_log must be true or false/],
    ['process_isolation: 1', /process_isolation must be true or false/],
  ])('runner 25: env/settings with %j is told with its place', async (content, message) => {
    await env('settings', content);
    await expect(plan()).rejects.toThrow(message);
  });

  it('runner 25: fact_cache_type decides, as a setting too', async () => {
    expect((await plan()).env.ANSIBLE_CACHE_PLUGIN).toBe('jsonfile');
    await env('settings', 'fact_cache_type: memory');
    expect((await plan()).env.ANSIBLE_CACHE_PLUGIN).toBeUndefined();
  });

  it('may name a key twice, the last one counts', async () => {
    await env('settings', 'idle_timeout: 1\nidle_timeout: 2\n');
    expect((await plan()).settings.idleTimeout).toBe(2);
  });

  it('has no limit where the time is zero', async () => {
    await env('settings', '{"idle_timeout": 0, "job_timeout": 0}');
    const { settings, jobTimeout } = await plan();
    expect([settings.idleTimeout, jobTimeout]).toEqual([undefined, undefined]);
  });

  it('limits come from options, then job_timeout', async () => {
    await env('settings', '{"job_timeout": 7}');
    expect((await plan()).jobTimeout).toBe(7);
    expect((await plan({ timeout: 2 })).jobTimeout).toBe(2);
  });
});

describe('secret variables', () => {
  const secrets = { token: 'swordfish1', other: 'swordfish2', third: 'swordfish3' };
  const hidden = async (options: Partial<RunOptions>) =>
    (await plan(options)).mask?.hide('swordfish1 swordfish2 swordfish3');

  it('are those of option, settings and env/settings together', async () => {
    await env('settings', 'secret_extravars: [third]');
    const settings = { secret_extravars: ['other'] };
    expect(await hidden({ extravars: secrets, secretVars: ['token'], settings })).toBe(
      '********** ********** **********',
    );
  });

  it('are found in env/extravars, in a file of the option, and among the variables of a role', async () => {
    await env('extravars', 'token: swordfish1');
    await writeFile(join(root, 'more.yml'), 'other: swordfish2');
    const secretVars = ['token', 'other', 'third'];
    const options = { playbook: undefined as never, role: 'r', roleVars: { third: 'swordfish3' } };
    expect(await hidden({ ...options, extravars: join(root, 'more.yml'), secretVars })).toBe(
      '********** ********** **********',
    );
  });

  it('that can not be hidden are told, or refused where that could not be seen', async () => {
    const { warnings, mask } = await plan({ extravars: { a: 'xyz' }, secretVars: ['a', 'b'] });
    expect(mask).toBeUndefined();
    expect(warnings).toEqual([
      expect.stringMatching(/variable a is too short/),
      expect.stringMatching(/variable b is not set/),
    ]);
    await env('extravars', '$ANSIBLE_VAULT;1.1;AES256\n6162');
    await expect(plan({ secretVars: ['a'] })).rejects.toThrow(/is encrypted/);
    await env('extravars', 'a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\n');
    await expect(plan({ secretVars: ['a'] })).rejects.toThrow(/variable a is encrypted/);
  });
});

it('says which private data dir is missing', async () => {
  await expect(plan({ privateDataDir: join(root, 'no') })).rejects.toThrow(/does not exist/);
});

describe('a private data dir that is made', () => {
  it('is for its user alone, whatever is above it; one that is there stays as it is', async () => {
    await makePrivateDataDir(join(root, 'a', 'b'));
    expect((await stat(join(root, 'a', 'b'))).mode & 0o777).toBe(0o700);
    await chmod(join(root, 'a', 'b'), 0o755);
    await makePrivateDataDir(join(root, 'a', 'b'));
    expect((await stat(join(root, 'a', 'b'))).mode & 0o777).toBe(0o755);
  });

  it('is refused by its name where something else stands', async () => {
    await writeFile(join(root, 'file'), '');
    await symlink('nowhere', join(root, 'link'));
    const message = async (name: string) =>
      makePrivateDataDir(join(root, name)).then(
        () => 'made',
        (error: unknown) => String(error).replace(root, ''),
      );
    expect([await message('file'), await message('link'), await message('file/x')]).toEqual([
      'ConfigurationError: The private data dir /file is no folder.',
      'ConfigurationError: The private data dir /link is a link to nothing.',
      "ConfigurationError: The private data dir /file/x does not exist and can't be made: ENOTDIR.",
    ]);
  });
});

it('runner 25: unreadable inputs are told, not skipped', async () => {
  await env('cmdline', "--tags 'a");
  await expect(plan()).rejects.toThrow(/env\/cmdline can't be split/);
  await rm(join(root, 'env', 'cmdline'));
  await writeFile(join(root, 'env', 'envvars'), Buffer.from([0xff, 0xfe]));
  await expect(plan()).rejects.toThrow(/no UTF-8 text/);
  await env('envvars', '"a=b": x');
  await expect(plan()).rejects.toThrow(/"a=b" can't be an environment variable/);
});

it('whether events have their data is said by a setting, an option or a variable, in this order', async () => {
  const omitted = async (options: Partial<RunOptions>, inherited = {}) => {
    const given = { privateDataDir: root, playbook: 'x', ...options };
    const { env } = await planJob(given, await readPrivateDataDir(given), inherited);
    return [env.RUNNER_OMIT_EVENTS, env.RUNNER_ONLY_FAILED_EVENTS];
  };
  expect(await omitted({})).toEqual(['False', 'False']);
  expect(await omitted({}, { RUNNER_OMIT_EVENTS: 'True' })).toEqual(['True', 'False']);
  expect(await omitted({ envvars: { RUNNER_ONLY_FAILED_EVENTS: 'True' } })).toEqual([
    'False',
    'True',
  ]);
  const variables = { RUNNER_OMIT_EVENTS: 'True', RUNNER_ONLY_FAILED_EVENTS: 'True' };
  const options = { omitEventData: false, onlyFailedEventData: false };
  expect(await omitted({ ...options, envvars: variables }, variables)).toEqual(['False', 'False']);
  const settings = { omit_event_data: true, only_failed_event_data: true };
  expect(await omitted({ ...options, settings })).toEqual(['True', 'True']);
  await expect(omitted({ settings: { omit_event_data: 'yes' } })).rejects.toThrow(
    /omit_event_data must be true or false/,
  );
});
