import { ConfigurationError } from '../errors.js';
import type { MountList } from './mount-list.js';

/**
 * Claims the places at which the user mounts something, by `container_volume_mounts` or by options of the engine, and leaves
 * out a mount that is given twice.
 *
 * @returns the mounts of the setting
 * @throws {ConfigurationError} for two mounts of the setting at one place.
 */
export function claimUserMounts(
  mounts: MountList,
  volumeMounts: readonly string[],
  engineOptions: readonly string[],
): readonly string[] {
  const own = [...new Set(volumeMounts)];
  for (const mount of own)
    if (!mounts.claim(volumeDestination(mount)))
      throw new ConfigurationError(
        `container_volume_mounts: ${JSON.stringify(mount)} is the second mount at ${volumeDestination(mount)}.`,
      );
  for (const destination of mountedBy(engineOptions)) mounts.claim(destination);
  return own;
}

/** Where `SOURCE:DESTINATION[:OPTIONS]`, or `DESTINATION` alone, is mounted. */
function volumeDestination(mount: string): string {
  const [first = '', second] = mount.split(':');
  return second ?? first;
}

/** Destinations in options of an engine, whose values follow as a word of their own or behind `=`. */
function mountedBy(options: readonly string[]): readonly string[] {
  return options.flatMap((word, index) => {
    const [, name = '', joined] = /^(--?[a-z]+)(?:=(.*))?$/s.exec(word) ?? [];
    const value = joined ?? options[index + 1] ?? '';
    switch (name) {
      case '-v':
      case '--volume':
        return [volumeDestination(value)];
      case '--tmpfs':
        return [value.split(':')[0] ?? ''];
      case '--mount': {
        const destination = /(?:^|,)(?:dst|destination|target)=([^,]*)/.exec(value)?.[1];
        return destination === undefined ? [] : [destination];
      }
      default:
        return [];
    }
  });
}
