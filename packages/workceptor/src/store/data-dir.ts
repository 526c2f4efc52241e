/** Where the units of root are when nothing is configured. */
const SYSTEM_DATA_DIR = '/var/lib/receptor';
/** Where those of other users are, and where those of root were before 0.2. */
const SHARED_DATA_DIR = '/tmp/receptor';

/** The data directory where none is configured: `/var/lib/receptor` for root, `/tmp/receptor` for others. */
export function defaultDataDir(): string {
  return process.geteuid?.() === 0 ? SYSTEM_DATA_DIR : SHARED_DATA_DIR;
}

/** Where an earlier version has kept the units of this user without an option for it; undefined when that is the place of today. */
export function formerDataDir(): string | undefined {
  return defaultDataDir() === SHARED_DATA_DIR ? undefined : SHARED_DATA_DIR;
}
