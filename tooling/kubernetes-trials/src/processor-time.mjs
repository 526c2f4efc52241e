import { readFileSync } from 'node:fs';

/** Ticks of the kernel's clock in a second, as Linux shows them to programs. */
const TICKS = 100;

/** Seconds of CPU that a process has taken, without its children. 0 when it has ended. */
export function processorSeconds(/** @type {number} */ pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // behind the command's name, which may hold anything
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  } catch {
    return 0;
  }
}
