import type { ArchiveLimits } from '@receptorjs/runner-streaming';
import type { CommandLineOptions } from './command-line-options.js';

/** The limits of archives that a command line names. */
export function archiveLimits(options: CommandLineOptions): { readonly limits: ArchiveLimits } {
  const { archiveMaxBytes, archiveMaxUnpackedBytes, archiveMaxMembers } = options;
  const { archiveMaxRatio, archiveDiskReserve } = options;
  return {
    limits: {
      ...(archiveMaxBytes !== undefined && { maxArchiveBytes: archiveMaxBytes }),
      ...(archiveMaxUnpackedBytes !== undefined && { maxBytes: archiveMaxUnpackedBytes }),
      ...(archiveMaxMembers !== undefined && { maxMembers: archiveMaxMembers }),
      ...(archiveMaxRatio !== undefined && { maxRatio: archiveMaxRatio }),
      ...(archiveDiskReserve !== undefined && { diskReserve: archiveDiskReserve }),
    },
  };
}
