import { KeyedSecretBox, purposeOf, START_ARGUMENTS } from '@receptorjs/controller-api';
import { jsonText } from '@receptorjs/controller-storage';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openController } from '../composition.js';
import { keyFile, newKey, secretKeys } from '../settings/secret-keys.js';
import { check } from './check.js';
import { createAdmin } from './create-admin.js';
import { rotateKey } from './rotate-key.js';

/** The database in WebAssembly takes some seconds to start, several times. */
const PATIENCE_MS = 240_000;
const env = { CONTROLLER_ADMIN_PASSWORD: 'correct horse battery staple' };

let folder: string;
let said: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'controller-keys-'));
  said = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => said.push(line));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** A credential with a secret, a job that was launched with a password, and whether a controller runs. */
async function withSecrets(isControllerAlive: boolean): Promise<void> {
  const { storage } = await openController(folder, env);
  const box = new KeyedSecretBox(secretKeys(folder, env));
  const { database } = storage;
  const { id } = await database
    .insertInto('credential_types')
    .values({ name: 'Machine', kind: 'ssh' })
    .returning('id')
    .executeTakeFirstOrThrow();
  const inputs = { username: 'u', password: box.lock('sesame', purposeOf('password')) };
  await database
    .insertInto('credentials')
    .values({ name: 'key', credential_type_id: id, inputs: jsonText(inputs) })
    .execute();
  const start_args = box.lock('{"ssh_password":"open"}', START_ARGUMENTS);
  await database
    .insertInto('unified_jobs')
    .values({ type: 'job', name: 'j', status: 'pending', start_args })
    .execute();
  if (isControllerAlive) {
    const expires = new Date(Date.now() + 600_000);
    await database
      .insertInto('controller_leases')
      .values({ hostname: 'control-1', expires })
      .execute();
  }
  await storage.close();
}

async function stored(): Promise<{ readonly password: unknown; readonly typed: unknown }> {
  const { storage } = await openController(folder, env);
  const { inputs } = await storage.database
    .selectFrom('credentials')
    .select('inputs')
    .executeTakeFirstOrThrow();
  const { start_args: typed } = await storage.database
    .selectFrom('unified_jobs')
    .select('start_args')
    .executeTakeFirstOrThrow();
  await storage.close();
  return { password: inputs['password'], typed };
}

it(
  'stores all secrets under a new key, which is the only one then',
  async () => {
    await createAdmin(folder, 'root', env);
    await withSecrets(false);
    const before = readFileSync(keyFile(folder), 'utf8');
    const locked = await stored();
    await rotateKey(folder, false, env);
    expect(said.at(-1)).toMatch(/^2 of 2 secrets were stored anew/);
    const [key, ...others] = secretKeys(folder, env);
    expect(others).toEqual([]);
    expect(readFileSync(keyFile(folder), 'utf8')).not.toBe(before);
    const after = await stored();
    expect(after.password).not.toBe(locked.password);
    const box = new KeyedSecretBox([key!]);
    expect(box.open(String(after.password), purposeOf('password'))).toBe('sesame');
    expect(box.open(String(after.typed), START_ARGUMENTS)).toBe('{"ssh_password":"open"}');
    await check({ dataDir: folder }, env);
    expect(said).toContain('ok      keys: 2 secrets open');
  },
  PATIENCE_MS,
);

it(
  'takes the keys of the variable, the new one first, and leaves secrets alone that no key opens',
  async () => {
    await createAdmin(folder, 'root', env);
    await withSecrets(false);
    const old = readFileSync(keyFile(folder), 'utf8').trim();
    const [next, other] = [newKey().toString('base64'), newKey().toString('base64')];
    const given = (...keys: readonly string[]) => ({ ...env, CONTROLLER_SECRET_KEY: keys.join() });
    await expect(rotateKey(folder, false, given(next))).rejects.toThrow(/and then the one before/);
    const locked = await stored();
    await expect(rotateKey(folder, false, given(next, other))).rejects.toThrow(/is not here/);
    expect(await stored()).toEqual(locked);
    await rotateKey(folder, false, given(next, old));
    await check({ dataDir: folder }, given(next));
    expect(said).toContain('ok      keys: 2 secrets open');
  },
  PATIENCE_MS,
);

it(
  'does nothing while a controller runs that may not have the new key, unless it is told that it has',
  async () => {
    await createAdmin(folder, 'root', env);
    await withSecrets(true);
    const key = readFileSync(keyFile(folder), 'utf8');
    await expect(rotateKey(folder, false, env)).rejects.toThrow(/controllers run \(control-1\)/);
    expect(readFileSync(keyFile(folder), 'utf8')).toBe(key);
    await expect(rotateKey(folder, true, env)).rejects.toThrow(/CONTROLLER_SECRET_KEY/);
    expect(readFileSync(keyFile(folder), 'utf8')).toBe(key);
    const given = `${newKey().toString('base64')},${key.trim()}`;
    await rotateKey(folder, true, { ...env, CONTROLLER_SECRET_KEY: given });
    expect(said.at(-1)).toMatch(/^2 of 2/);
  },
  PATIENCE_MS,
);
