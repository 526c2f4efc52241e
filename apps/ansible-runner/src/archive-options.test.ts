import { expect, it } from 'vitest';
import { archiveLimits } from './archive-options.js';
import { parseCommandLine } from './command-line.js';

it.each(['process d', 'worker'])('%s takes the limits of archives', (command) => {
  const words =
    '--archive-max-bytes 1 --archive-max-unpacked-bytes 2 --archive-max-members 3 --archive-max-ratio 4 --archive-disk-reserve 0';
  const { options } = parseCommandLine(`${command} ${words}`.split(' '), {}, '1');
  expect(archiveLimits(options)).toEqual({
    limits: { maxArchiveBytes: 1, maxBytes: 2, maxMembers: 3, maxRatio: 4, diskReserve: 0 },
  });
  const { options: none } = parseCommandLine(command.split(' '), {}, '1');
  expect(archiveLimits(none)).toEqual({ limits: {} });
});
