import { hasProc } from '@receptorjs/process-table';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The control group that counts the memory of a process. */
export interface MemoryGroup {
  /** Its path, as the system names it. */
  readonly name: string;
  /** The file in which the kernel counts kills for want of memory. */
  readonly file: string;
}

/** The texts of `/proc` that say where a process is counted. */
export interface MemoryGroupTexts {
  /** Of `/proc/PID/cgroup`. */
  readonly cgroup: string;
  /** Of `/proc/self/mountinfo`. */
  readonly mountinfo: string;
}

/** What was found last, by the text of `/proc/PID/cgroup`: those of one daemon are all in one group, and mounts stay. Written by `memoryGroupOf` only. */
let last: { readonly cgroup: string; readonly group: MemoryGroup | undefined } | undefined;

/** The memory group of a process; nothing where the system has none, or does not tell. */
export function memoryGroupOf(pid: number): MemoryGroup | undefined {
  if (!hasProc()) return undefined;
  try {
    const cgroup = readFileSync(`/proc/${pid}/cgroup`, 'utf8');
    if (last?.cgroup !== cgroup) {
      const mountinfo = readFileSync('/proc/self/mountinfo', 'utf8');
      last = { cgroup, group: findMemoryGroup({ cgroup, mountinfo }) };
    }
    return last.group;
  } catch {
    return undefined;
  }
}

/** As {@link memoryGroupOf}, of these texts. Version 1 of control groups goes first where memory is counted by it. */
export function findMemoryGroup({ cgroup, mountinfo }: MemoryGroupTexts): MemoryGroup | undefined {
  const lines = cgroup.split('\n').map((line) => /^\d+:([^:]*):(.*)$/.exec(line) ?? []);
  const ofMemory = lines.find(([, controllers]) => controllers?.split(',').includes('memory'));
  const unified = lines.find(([, controllers]) => controllers === '');
  const name = (ofMemory ?? unified)?.[2];
  if (name === undefined) return undefined;
  const isMemory = ofMemory !== undefined;
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root = '', point = ''] = before.split(' ');
    const [type, , options = ''] = after.split(' ');
    const fits = isMemory
      ? type === 'cgroup' && options.split(',').includes('memory')
      : type === 'cgroup2';
    if (!fits) continue;
    const inside = insideOf(root, name);
    if (inside === undefined) continue;
    return { name, file: join(point, inside, isMemory ? 'memory.oom_control' : 'memory.events') };
  }
  return undefined;
}

/** The path of a group below what is mounted; nothing for one of another container. */
function insideOf(root: string, name: string): string | undefined {
  if (name.startsWith('/..')) return undefined;
  if (root === '/' || name === root) return name.slice(root === '/' ? 0 : root.length);
  return name.startsWith(`${root}/`) ? name.slice(root.length) : undefined;
}
