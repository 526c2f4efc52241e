import { currentBootId, isThere } from '@receptorjs/process-table';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ownUmask } from './own-umask.js';
import { SupervisorLauncher } from './supervisor-launcher.js';

let folder: string;
let script: string;
let told: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "launcher 'x' "));
  script = join(folder, 'supervisor');
  told = join(folder, 'told');
  const facts = '"$1" "$2" "$(readlink /proc/$$/fd/0)" "$(ls -l /proc/$$/fd | grep -c socket)"';
  writeFileSync(
    script,
    `read -r _ _ _ parent _ session _ </proc/$$/stat
exec 3>'${join(folder, 'next').replaceAll("'", "'\\''")}'$$
printf '%s\\n' ${facts} "$parent" "$((session - $$))" >&3
mv '${join(folder, 'next').replaceAll("'", "'\\''")}'$$ '${told.replaceAll("'", "'\\''")}'
`,
  );
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** What the script tells of itself. */
const facts = (): string[] => readFileSync(told, 'utf8').trimEnd().split('\n');

/** So many units that the shell pays; tells whether the last was handed over. */
function many(launcher: SupervisorLauncher): boolean {
  for (let at = 1; at < 8; at += 1) launcher.launch(script);
  return launcher.launch(script);
}

/** Resolves once the launcher takes scripts. */
const isReady = (launcher: SupervisorLauncher): Promise<void> =>
  vi.waitFor(() => {
    expect(many(launcher)).toBe(true);
  }, 15_000);

it.skipIf(process.platform !== 'linux')(
  'while many units come, has a shell start each supervisor in a session of its own, without the pipe',
  async () => {
    const launcher = new SupervisorLauncher(300);
    for (let at = 1; at < 8; at += 1) expect(launcher.launch(script)).toBe(false);
    expect(launcher.pid).toBeUndefined();
    await isReady(launcher);
    const { pid = 0 } = launcher;
    await vi.waitFor(facts, 5_000);
    const [bootId, umask, stdin, sockets, parent, session] = facts();
    expect([bootId, umask, stdin, session]).toEqual([
      currentBootId(),
      ownUmask(),
      '/dev/null',
      '0',
    ]);
    // what Node.js calls a pipe is a pair of sockets
    expect(sockets).toBe('0');
    expect([String(process.pid), String(pid)]).not.toContain(parent);

    // one whose command is to inherit something else is left to the caller as well
    vi.stubEnv('LAUNCHER', 'changed');
    expect(launcher.launch(script)).toBe(false);
    expect(launcher.pid).toBeUndefined();
    vi.unstubAllEnvs();
    many(launcher);
    const { pid: second = 0 } = launcher;
    await isReady(launcher);

    // a path that the pipe can't carry is left to the caller
    expect(launcher.launch(`${script}\n`)).toBe(false);
    await vi.waitFor(() => {
      expect([pid, second].some(isThere)).toBe(false);
    }, 5_000);
    expect(launcher.pid).toBeUndefined();
  },
);

it.skipIf(process.platform !== 'linux')(
  'hands nothing to a shell that was killed, and starts another one',
  async () => {
    const launcher = new SupervisorLauncher();
    await isReady(launcher);
    const { pid = 0 } = launcher;
    process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => {
      expect(launcher.pid).toBeUndefined();
    }, 5_000);
    await isReady(launcher);
    expect(launcher.pid).not.toBe(pid);
    process.kill(launcher.pid ?? 0, 'SIGKILL');
  },
);

it('is left alone where the system has no setsid', async () => {
  vi.stubEnv('PATH', folder);
  const launcher = new SupervisorLauncher();
  many(launcher);
  const { pid = 0 } = launcher;
  await vi.waitFor(() => {
    expect(launcher.pid).toBeUndefined();
  }, 5_000);
  for (let at = 0; at < 3; at += 1) expect(many(launcher)).toBe(false);
  expect(launcher.pid).toBeUndefined();
  expect(pid === 0 || !isThere(pid)).toBe(true);
});
