import { silentLogger } from '@receptorjs/primitives';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ClusterApi } from '../cluster/cluster-api.js';
import type { Pod } from '../cluster/objects.js';
import type { Found } from './late-looks.js';
import { Orphans } from './orphans.js';

const owner = { 'receptor.node-id': 'near', 'receptor.data-id': 'd' };
let folder: string;
let deleted: string[];
let finish: (() => void)[];
let api: Pick<ClusterApi, 'deletePod'>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kube-orphans-'));
  mkdirSync(join(folder, 'unit0001'));
  [deleted, finish] = [[], []];
  const deletePod = (_namespace: string, name: string): Promise<void> => {
    deleted.push(name);
    return new Promise((resolve) => finish.push(resolve));
  };
  api = { deletePod };
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const pod = (name: string, labels: Record<string, string>, more: Pod['metadata'] = {}): Pod => ({
  metadata: {
    name,
    namespace: 'jobs',
    uid: `uid-${name}`,
    creationTimestamp: '2020-01-01T00:00:00Z',
    labels: { ...owner, 'receptor.unit-id': 'gone0001', ...labels },
    ...more,
  },
});
const look = (orphans: Orphans, pods: readonly Pod[]): Found =>
  orphans.look(api, pods, owner, folder);

it('are the pods of this owner whose units are gone, whatever a cluster lists besides', () => {
  look(new Orphans(silentLogger), [
    pod('orphan', {}),
    pod('other-node', { 'receptor.node-id': 'far' }),
    pod('other-data', { 'receptor.data-id': 'e' }),
    pod('alive', { 'receptor.unit-id': 'unit0001' }),
    pod('odd', { 'receptor.unit-id': '../unit00' }),
    pod('going', {}, { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    pod('ageless', {}, { creationTimestamp: 'never' }),
    { metadata: { name: 'bare', uid: 'b' } },
    {},
  ]);
  expect(deleted).toEqual(['orphan']);
});

it('that are too young are told of, and none is where the folder of all units is away', () => {
  const orphans = new Orphans(silentLogger);
  const young = pod('young', {}, { creationTimestamp: new Date().toISOString() });
  const alive = pod('alive', { 'receptor.unit-id': 'unit0001' });
  const going = pod('going', {}, { deletionTimestamp: '2026-01-01T00:00:00Z' });
  expect(look(orphans, [young, alive, going])).toEqual({ pods: 3, orphans: 1 });
  const away = join(folder, 'away');
  expect(orphans.look(api, [pod('p', {})], owner, away)).toEqual({ pods: 1, orphans: 0 });
  expect(deleted).toEqual([]);
});

it('are deleted a few at a time, and each once', async () => {
  const orphans = new Orphans(silentLogger);
  const pods = Array.from({ length: 10 }, (_, n) => pod(`p${n}`, {}));
  look(orphans, pods);
  look(orphans, pods);
  expect(deleted).toHaveLength(4);
  for (let n = 0; n < 10; n++) {
    await vi.waitUntil(() => finish.length > n, { interval: 1 });
    finish[n]?.();
  }
  expect(new Set(deleted).size).toBe(10);
  expect(deleted).toHaveLength(10);
});
