import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './mesh.js';

/** A control group with little memory. */
export interface MemoryGroup {
  /** Its folder. */
  readonly folder: string;
  /** Removes it, once no process is in it any more. */
  readonly remove: () => Promise<void>;
}

/** Makes a control group with so much memory and no swap; a text says why that is not possible here. */
export function makeMemoryGroup(name: string, bytes: number): MemoryGroup | string {
  const [, v1] = /^\d+:memory:(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8')) ?? [];
  const parent = v1 === undefined ? '/sys/fs/cgroup' : join('/sys/fs/cgroup/memory', v1);
  const folder = join(parent, name);
  try {
    mkdirSync(folder);
  } catch (error) {
    return `no control group can be made: ${String(error)}`;
  }
  const limit = join(folder, v1 === undefined ? 'memory.max' : 'memory.limit_in_bytes');
  try {
    // on Linux a file of the kernel is there or not: one that is made here would be refused
    if (!existsSync(limit)) throw new Error(`there is no ${limit}`);
    writeFileSync(limit, String(bytes));
  } catch (error) {
    rmdirSync(folder);
    return `no limit can be set: ${String(error)}`;
  }
  const remove = (): Promise<void> =>
    until('an empty control group', () => {
      const procs = readFileSync(join(folder, 'cgroup.procs'), 'utf8');
      return procs === '' ? true : undefined;
    }).then(() => {
      rmdirSync(folder);
    });
  return { folder, remove };
}
