import { describe, expect, it } from 'vitest';
import { fromArguments, toArguments } from './run-arguments.js';

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

  it.each([
    [{ role: 'r' }, /role is not supported/],
    [{ process_isolation: true }, /process_isolation is not supported/],
    [{ wrong: 1 }, /"wrong" is unknown/],
    [{ forks: 'x' }, /forks must be a number/],
    [{ playbook: [{}] }, /playbook must be a text/],
  ])('that make no sense are told: %j', (given, message) => {
    expect(() => fromArguments(given, '/there')).toThrow(message);
  });
});
