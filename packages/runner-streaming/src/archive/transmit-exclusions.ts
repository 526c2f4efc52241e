const AT_ROOT = new Set(['artifacts', 'pid', 'daemon.log', '.artifact_write_lock']);

/** Members of a private data dir that are never sent: earlier results, files of a running daemon, and histories. */
export function isExcludedFromTransmit(name: string): boolean {
  return AT_ROOT.has(name) || name === '.git' || name.endsWith('/.git');
}
