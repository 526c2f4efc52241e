import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { actionNames, specOf } from '../actions.js';
import { bashCompletion, zshCompletion } from './completion.js';
import { folder } from '../file/test-files.js';

const run = promisify(execFile);

/** Runs the script in bash and lets it complete the last word, as readline splits the line. */
async function complete(words: readonly string[], cwd = '/'): Promise<string[]> {
  const program = `${bashCompletion()}
COMP_WORDS=(receptor "$@")
COMP_CWORD=$#
_receptor
printf '%s\\n' "\${COMPREPLY[@]}"
`;
  const { stdout, stderr } = await run('bash', ['--norc', '-u', '-c', program, 'bash', ...words], {
    cwd,
  });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

describe('bash completion', () => {
  it('is bound to the command, under a name that is a word', async () => {
    const { stdout } = await run('bash', [
      '--norc',
      '-c',
      `${bashCompletion('my-receptor')}\ncomplete -p my-receptor`,
    ]);
    expect(stdout).toBe('complete -F _my_receptor my-receptor\n');
    expect(bashCompletion('x; rm -rf /')).toContain('complete -F _xrm_rf xrm-rf');
  });

  it('proposes actions', async () => {
    expect(await complete(['--tcp-'])).toEqual([
      '--tcp-listener',
      '--tcp-peer',
      '--tcp-server',
      '--tcp-client',
    ]);
    const all = await complete(['']);
    for (const name of [...actionNames, 'config', 'check', 'bash-completion']) {
      expect(all).toContain(`--${name}`);
    }
    expect(await complete(['--version', ''])).toContain('--node');
  });

  it('proposes the keys of the action that stands before', async () => {
    for (const name of ['node', 'ws-peer', 'cert-signreq'] as const) {
      expect(await complete(['--trace', `--${name}`, ''])).toEqual(
        Object.keys(specOf(name).fields).map((key) => `${key}=`),
      );
    }
    expect(await complete(['--tcp-peer', 'address', '=', 'h', ':', '1', 're'])).toEqual([
      'redial=',
    ]);
    expect(await complete(['-log-level', 'd'])).toEqual(['debug']);
  });

  it('proposes values that are words, and files for others', async () => {
    expect(await complete(['--tcp-peer', 'redial', '='])).toEqual(['true', 'false']);
    expect(await complete(['--work-kubernetes', 'streammethod', '=', 't'])).toEqual(['tcp']);
    const path = folder({ 'a b.yml': '', 'c.pem': '' });
    expect(await complete(['--tls-server', 'cert', '=', 'c'], path)).toEqual(['c.pem']);
    expect(await complete(['--config', 'a'], path)).toEqual(['a b.yml']);
    expect(await complete(['--config', 'c.pem', '--tr'], path)).toEqual(['--trace', '--tracing']);
  });
});

const zshMissing = spawnSync('zsh', ['--version']).error !== undefined;
if (zshMissing) console.warn('zsh completion is not run: there is no zsh on this machine');

describe.skipIf(zshMissing)('zsh completion (skipped without zsh)', () => {
  it('is a script that zsh can read, bound to the command', () => {
    const path = join(folder({}), '_receptor');
    writeFileSync(path, zshCompletion());
    expect(
      execFileSync(
        'zsh',
        [
          '-f',
          '-c',
          `autoload -Uz compinit; compinit -D -u; source ${path}; print $_comps[receptor]`,
        ],
        { encoding: 'utf8' },
      ),
    ).toBe('_receptor\n');
  });
});
