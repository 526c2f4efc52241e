import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { cpuQuota } from './cpu-quota.js';

function quotaOf(files: Readonly<Record<string, string>>): number | undefined {
  const root = mkdtempSync(join(tmpdir(), 'cpu-quota-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${text}\n`);
  }
  return cpuQuota(root);
}

const v2 = 'sys/fs/cgroup';
const v1 = 'sys/fs/cgroup/cpu,cpuacct';
const inV1 = '4:memory:/other\n3:cpu,cpuacct:/pods/one\n0::/';

it.each([
  [
    'a group without a limit',
    { 'proc/self/cgroup': '0::/one', [`${v2}/one/cpu.max`]: 'max 100000' },
    undefined,
  ],
  ['its own limit', { 'proc/self/cgroup': '0::/one', [`${v2}/one/cpu.max`]: '350000 100000' }, 3.5],
  [
    'that of a group above it, which is less',
    {
      'proc/self/cgroup': '0::/all/one',
      [`${v2}/all/one/cpu.max`]: '800000 100000',
      [`${v2}/all/cpu.max`]: '200000 100000',
    },
    2,
  ],
  ['a part of one', { 'proc/self/cgroup': '0::/', [`${v2}/cpu.max`]: '50000 100000' }, 0.5],
  [
    'one of the first version',
    {
      'proc/self/cgroup': inV1,
      [`${v1}/pods/one/cpu.cfs_quota_us`]: '200000',
      [`${v1}/pods/one/cpu.cfs_period_us`]: '50000',
    },
    4,
  ],
  [
    'one of the first version, as a container sees it',
    {
      'proc/self/cgroup': inV1,
      [`${v1}/cpu.cfs_quota_us`]: '150000',
      [`${v1}/cpu.cfs_period_us`]: '50000',
    },
    3,
  ],
  [
    'none of the first version',
    {
      'proc/self/cgroup': inV1,
      [`${v1}/pods/one/cpu.cfs_quota_us`]: '-1',
      [`${v1}/pods/one/cpu.cfs_period_us`]: '100000',
    },
    undefined,
  ],
  ['a system without groups', {}, undefined],
] as const)('finds %s', (_, files, cpus) => {
  expect(quotaOf(files)).toBe(cpus);
});
