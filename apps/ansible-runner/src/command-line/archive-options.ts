import type { ArchiveLimits } from '@receptorjs/runner-streaming';
import type { CommandLineOptions } from './command-line-options.js';

/** The limits of archives that a command line names. */
export function archiveLimits(options: CommandLineOptions): { readonly limits: ArchiveLimits } {
  const { archiveMaxBytes, archiveMaxUnpackedBytes, archiveMaxMembers } = options;
  const { archiveMaxRatio, archiveDiskReserve } = options;
  return {
    limits: {
      maxArchiveBytes: archiveMaxBytes,
      maxBytes: archiveMaxUnpackedBytes,
      maxMembers: archiveMaxMembers,
      maxRatio: archiveMaxRatio,
      diskReserve: archiveDiskReserve,
    },
  };
}
