import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The CPUs that control groups leave to this process, which may be a part of one: the least of its own group and of those above it; nothing where there is no limit.
 * Groups of both versions are looked at.
 *
 * @param root of the file system, for tests
 */
export function cpuQuota(root = '/'): number | undefined {
  const quotas = groupsOf(root).flatMap(({ mount, path, quotaOf }) =>
    lineage(path).flatMap((each) => quotaOf(join(mount, each)) ?? []),
  );
  return quotas.length === 0 ? undefined : Math.min(...quotas);
}

/** A hierarchy of groups, and the group of this process in it. */
interface Hierarchy {
  readonly mount: string;
  readonly path: string;
  /** The CPUs of a group; nothing where it has no limit. */
  readonly quotaOf: (group: string) => number | undefined;
}

function groupsOf(root: string): readonly Hierarchy[] {
  const mounts = join(root, 'sys/fs/cgroup');
  return (read(join(root, 'proc/self/cgroup')) ?? '').split('\n').flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) return [];
    if (controllers === '') return [{ mount: mounts, path, quotaOf: quotaOfV2 }];
    if (!controllers.split(',').includes('cpu')) return [];
    // where several share one, the folder has the names of all, or a link the one
    return [...new Set([controllers, 'cpu'])].map((name) => ({
      ...{ mount: join(mounts, name), path, quotaOf: quotaOfV1 },
    }));
  });
}

/** A path and those above it. In a container the upper ones may be all that there is. */
function lineage(path: string): readonly string[] {
  const above = dirname(path);
  return above === path ? [path] : [path, ...lineage(above)];
}

function quotaOfV2(group: string): number | undefined {
  const [quota, period] = (read(join(group, 'cpu.max')) ?? '').trim().split(' ').map(Number);
  return share(quota, period);
}

function quotaOfV1(group: string): number | undefined {
  const number = (name: string): number => Number(read(join(group, name)) ?? Number.NaN);
  return share(number('cpu.cfs_quota_us'), number('cpu.cfs_period_us'));
}

/** `max` and -1 stand for no limit. */
function share(quota = Number.NaN, period = Number.NaN): number | undefined {
  return quota > 0 && period > 0 ? quota / period : undefined;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
