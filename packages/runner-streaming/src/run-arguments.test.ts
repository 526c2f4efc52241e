import { describe, expect, it } from 'vitest';
import { fromArguments, portableOptions, toArguments } from './run-arguments.js';

describe('arguments of a run', () => {
  it('travel under the names of the original', () => {
    const options = {
      ident: 'i',
      playbook: 'site.yml',
      extravars: { a: 1 },
      verbosity: 2,
      skipTags: 's',
      omitEventData: true,
      sshKey: 'k',
    };
    expect(toArguments(options, '/pdd')).toEqual({
      ident: 'i',
      playbook: 'site.yml',
      extravars: { a: 1 },
      verbosity: 2,
      skip_tags: 's',
      omit_event_data: true,
      ssh_key: 'k',
    });
    expect(fromArguments(toArguments(options, '/pdd'), '/there')).toEqual(options);
  });

  it('take what the original sends, unset options included', () => {
    const sent = {
      ident: 'c6f7c4ea3ebc47169201c105dfc8bda9',
      binary: null,
      playbook: 'site.yml',
      module: null,
      module_args: null,
      host_pattern: null,
      verbosity: null,
      quiet: false,
      rotate_artifacts: 0,
      json_mode: false,
      omit_event_data: false,
      only_failed_event_data: false,
      inventory: null,
      forks: null,
      project_dir: null,
      artifact_dir: null,
      roles_path: null,
      process_isolation: null,
      process_isolation_executable: null,
      container_image: null,
      directory_isolation_base_path: null,
      cmdline: null,
      limit: null,
      suppress_env_files: false,
    };
    expect(fromArguments(sent, '/there')).toMatchObject({
      playbook: 'site.yml',
      rotateArtifacts: 0,
    });
  });

  it('carry roles, isolation and hidden variables', () => {
    const options = {
      role: 'r',
      roleVars: { a: 1 },
      roleSkipFacts: true,
      hosts: 'web',
      processIsolation: true,
      processIsolationExecutable: 'docker',
      containerImage: 'i',
      containerOptions: ['--network=none'],
      containerAuthData: { host: 'h', username: 'u', password: 'p', verifySsl: false },
    };
    const sent = toArguments({ ...options, settings: { a: 1 }, secretVars: ['token'] }, '/pdd');
    expect(sent).toMatchObject({
      role_vars: { a: 1 },
      role_skip_facts: true,
      process_isolation_executable: 'docker',
      container_options: ['--network=none'],
      container_auth_data: { host: 'h', username: 'u', password: 'p', verify_ssl: false },
      settings: { a: 1, secret_extravars: ['token'] },
    });
    expect(fromArguments(sent, '/there')).toEqual({
      ...options,
      settings: { a: 1, secret_extravars: ['token'] },
    });
  });

  it('name a file of extra variables in the private data dir only', () => {
    expect(fromArguments(toArguments({ extravars: '/pdd/x.yml' }, '/pdd'), '/there')).toEqual({
      extravars: '/there/x.yml',
    });
    expect(() => toArguments({ extravars: '/x.yml' }, '/pdd')).toThrow(
      /file of extra variables \/x.yml lies outside/,
    );
  });

  it('may name the run by a number, and no fact cache by an empty text', () => {
    expect(fromArguments({ ident: 7, fact_cache_type: '', limit: '' }, '/there')).toEqual({
      ident: '7',
      factCacheType: '',
    });
  });

  it('runner 28: make paths, lists of inventories too, inside of the private data dir relative, and absolute again', () => {
    const sent = toArguments(
      { playbook: '/pdd/project/a.yml', inventory: ['/pdd/inventory/x', 'h1,'] },
      '/pdd',
    );
    expect(sent).toEqual({ playbook: 'a.yml', inventory: ['inventory/x', 'h1,'] });
    expect(fromArguments({ ...sent, envvars: { ANSIBLE_ROLES_PATH: 'mine' } }, '/there')).toEqual({
      playbook: 'a.yml',
      inventory: ['/there/inventory/x', 'h1,'],
      envvars: { ANSIBLE_ROLES_PATH: '/there/roles/mine' },
    });
    expect(() => toArguments({ inventory: '/elsewhere/hosts' }, '/pdd')).toThrow(
      /outside of the private data dir/,
    );
  });

  it('take no text of an inventory in a list for a path', () => {
    const inventory = ['h k=v', '{"all": {"hosts": {"a": null}}}', 'a, b', 'hosts'];
    expect(fromArguments({ inventory }, '/there')).toEqual({
      inventory: [...inventory.slice(0, 3), '/there/hosts'],
    });
  });

  it.each([
    [{ role_vars: 'r' }, /role_vars must be a mapping/],
    [{ container_options: ['a', 1] }, /container_options must be a list of texts/],
    [{ container_auth_data: { host: 'h' } }, /must have the texts host, username and password/],
    [{ wrong: 1 }, /"wrong" is unknown/],
    [{ forks: 'x' }, /forks must be a number/],
    [{ playbook: ['x'] }, /playbook must be a text, mapping or list of mappings/],
  ])('that make no sense are told: %j', (given, message) => {
    expect(() => fromArguments(given, '/there')).toThrow(message);
  });
});

it('of options that a caller has for more than the run, those that travel are taken', () => {
  const travels = { playbook: 'site.yml', forks: 5, secretVars: ['token'], processIsolation: true };
  const stays = { privateDataDir: 'demo', signal: AbortSignal.abort(), onEvent: () => true };
  const node = { viaReceptor: 'far', byContents: true };
  expect(portableOptions({ ...travels, ...stays, ...node })).toEqual(travels);
});
