import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { backup, restore } from './backup.js';
import { check } from './check.js';
import { createAdmin } from './create-admin.js';

/** The database in WebAssembly takes some seconds to start, several times. */
const PATIENCE_MS = 240_000;
const env = { CONTROLLER_ADMIN_PASSWORD: 'correct horse battery staple' };

let folder: string;
let said: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'controller-backup-'));
  said = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => said.push(line));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

it(
  'brings a controller into an empty folder, and into no other',
  async () => {
    const [from, to, file] = ['from', 'to', 'backup.gz'].map((name) => join(folder, name));
    await createAdmin(from!, 'root', env);
    await backup(from!, file!, env);
    expect(said.at(-1)).toMatch(/^[1-9]\d* rows of \d+ tables are in .*backup\.gz\. Its secrets/);
    expect(statSync(file!).mode & 0o777).toBe(0o600);
    await restore(to!, file!, env);
    expect(said.at(-1)).toMatch(/^[1-9]\d* rows of \d+ tables are restored from /);
    await check({ dataDir: to! }, env);
    expect(said).toContain('ok      administrator: there is one');
    await expect(restore(to!, file!, env)).rejects.toThrow(/empty/);
  },
  PATIENCE_MS,
);
