import { readdirSync, readFileSync } from 'node:fs';

const ticksPerSecond = 100;

/** User and system seconds of a process and its reaped children. */
export function cpuSeconds(/** @type {number | string} */ pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / ticksPerSecond;
}

/** Name and parent of a process, if it is still there. */
function statFields(/** @type {string} */ pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const end = stat.lastIndexOf(')');
    return {
      name: stat.slice(stat.indexOf('(') + 1, end),
      parent: stat.slice(end + 2).split(' ')[1],
    };
  } catch {
    return undefined;
  }
}

/** Seconds that all cores have worked since the machine was started, whoever for. */
export function machineSeconds() {
  const [, user, nice, system, , , irq, softirq] = (
    readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? ''
  ).split(/\s+/);
  const ticks = [user, nice, system, irq, softirq].map(Number);
  return ticks.reduce((sum, each) => sum + each, 0) / ticksPerSecond;
}

/** Whether the arguments of a process name the script of a unit below a folder. */
function isSupervisor(/** @type {string} */ pid, /** @type {string} */ folder) {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return words.some((word) => word.startsWith(`${folder}/`) && word.endsWith('/supervisor'));
  } catch {
    return false;
  }
}

/** Resident memory of a process, pages that several share in parts. */
export function proportionalKilobytes(/** @type {string} */ pid) {
  try {
    return Number(
      /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0,
    );
  } catch {
    return 0;
  }
}

/**
 * A process and all that it has started and that is still there.
 *
 * @param {number} root
 * @param {string} [folder] where its units are, whose supervisors need not be its children
 * @returns {{ pid: string, name: string }[]}
 */
export function processTree(root, folder) {
  const all = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        const fields = statFields(pid);
        return fields === undefined ? [] : [[pid, fields]];
      }),
  );
  const isOfRoot = (/** @type {string} */ pid) => {
    // a supervisor that leads a session of its own is still the daemon's child
    for (let at = pid; at !== '0' && at !== ''; at = all.get(at)?.parent ?? '') {
      if (at === String(root)) return true;
    }
    return folder !== undefined && isSupervisor(pid, folder);
  };
  return [...all].flatMap(([pid, { name }]) => (isOfRoot(pid) ? [{ pid, name }] : []));
}
