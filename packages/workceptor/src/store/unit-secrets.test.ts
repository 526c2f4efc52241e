import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { UnitSecrets } from './unit-secrets.js';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'unit-secrets-'));
});
afterEach(() => {
  rmSync(dataDir, { recursive: true, force: true });
});

it('a data directory has a name of its own, which stays', () => {
  const secrets = (nodeId: string): UnitSecrets => new UnitSecrets({ dataDir, nodeId });
  const own = secrets('near').dataId();
  expect(own).toMatch(/^[0-9a-f]{16}$/);
  expect(secrets('near').dataId()).toBe(own);
  expect(secrets('far').dataId()).not.toBe(own);
});

it('what was sealed opens after a restart, and for its own purpose only', () => {
  const secrets = (): UnitSecrets => new UnitSecrets({ dataDir, nodeId: 'near' });
  const sealed = secrets().seal(['pods', 'k'], { KubeConfig: 'hush' });
  expect(Buffer.from(sealed, 'base64').toString('latin1')).not.toContain('hush');
  expect(secrets().open(['pods', 'k'], sealed, 'its kubeconfig')).toEqual({ KubeConfig: 'hush' });
  expect(() => secrets().open(['pods', 'other'], sealed, 'its kubeconfig')).toThrow(
    /^its kubeconfig can't be read: .*\.secrets-key is missing or not the key/,
  );
});
