import { expect, it } from 'vitest';
import { findMemoryGroup } from './memory-group.js';

const tmpfs = '31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw';
const v1 = '35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory';
const cpu = '32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu';
const v2 = '41 31 0:38 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw';
const empty = '41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw';
const inContainer = '35 31 0:32 /docker/c1 /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory';

it.each<[string, readonly string[], readonly string[], string | undefined]>([
  ['version 1', ['4:memory:/jobs', '0::/'], [tmpfs, cpu, v1], 'memory/jobs/memory.oom_control'],
  ['both', ['4:memory:/jobs', '0::/x'], [empty, v1], 'memory/jobs/memory.oom_control'],
  [
    'version 2',
    ['0::/system.slice/receptor.service'],
    [v2],
    'system.slice/receptor.service/memory.events',
  ],
  ['a container', ['4:memory:/docker/c1/a'], [inContainer], 'memory/a/memory.oom_control'],
  ['its own group', ['4:memory:/docker/c1'], [inContainer], 'memory/memory.oom_control'],
  ['another container', ['4:memory:/docker/c12'], [inContainer], undefined],
  ['a group outside', ['0::/../other'], [v2], undefined],
  ['no mount', ['4:memory:/jobs'], [cpu], undefined],
  ['none', [], [v1, v2], undefined],
])('%s', (_what, cgroup, mounts, file) => {
  const found = findMemoryGroup({ cgroup: cgroup.join('\n'), mountinfo: mounts.join('\n') });
  expect(found?.file).toBe(file && `/sys/fs/cgroup/${file}`);
});
