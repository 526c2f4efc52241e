import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { once, toolEnv } from './setup.mjs';

describe('toolEnv', () => {
  it('keeps the settings of the user and leaves out what would steer pnpm or leave out half of the dependencies', () => {
    const env = toolEnv({
      PATH: '/bin',
      HOME: '/home/me',
      npm_config_registry: 'https://registry.example.org/',
      npm_config_local_prefix: '/clone',
      npm_lifecycle_event: 'start',
      npm_package_json: '/clone/package.json',
      npm_config_omit: 'dev',
      NPM_CONFIG_PRODUCTION: 'true',
      NODE_ENV: 'production',
    });
    expect(Object.keys(env).sort()).toEqual([
      'COREPACK_ENABLE_STRICT',
      'DO_NOT_TRACK',
      'HOME',
      'PATH',
      'TURBO_TELEMETRY_DISABLED',
      'npm_config_registry',
    ]);
    expect(env.PATH).toMatch(/\.tools.*node_modules.*\/bin$/);
  });
});

describe('once', () => {
  /** @type {string} */
  let folder;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'once-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('works again when the inputs change, and after work that failed', async () => {
    const stamp = join(folder, 'stamp');
    const work = vi.fn(async () => undefined);
    await once(stamp, 'a', work);
    await once(stamp, 'a', work);
    expect(work).toHaveBeenCalledTimes(1);
    await once(stamp, 'b', work);
    expect(work).toHaveBeenCalledTimes(2);
    expect(readFileSync(stamp, 'utf8')).toBe('b');
    await expect(once(stamp, 'c', () => Promise.reject(new Error('broken')))).rejects.toThrow();
    expect(existsSync(stamp)).toBe(false);
    await once(stamp, 'b', work);
    expect(work).toHaveBeenCalledTimes(3);
  });
});
