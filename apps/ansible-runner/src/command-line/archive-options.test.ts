import { expect, it } from 'vitest';
import { archiveLimits } from './archive-options.js';
import { parseCommandLine } from './command-line.js';
import { nodeOptions } from './job-options.js';

it.each(['process d', 'worker', 'run d -m ping', 'start d -m ping', 'stop d'])(
  '%s takes the limits of archives',
  (command) => {
    const words =
      '--archive-max-bytes 1 --archive-max-unpacked-bytes 2 --archive-max-members 3 --archive-max-ratio 4 --archive-disk-reserve 0';
    const { options } = parseCommandLine(`${command} ${words}`.split(' '), {}, '1');
    expect(archiveLimits(options)).toEqual({
      limits: { maxArchiveBytes: 1, maxBytes: 2, maxMembers: 3, maxRatio: 4, diskReserve: 0 },
    });
    const { options: none } = parseCommandLine(command.split(' '), {}, '1');
    expect(archiveLimits(none)).toEqual({ limits: {} });
  },
);

it('run hands them to the way by the mesh', () => {
  const words = 'run d -m ping --via-receptor far --archive-max-members 3'.split(' ');
  expect(nodeOptions(parseCommandLine(words, {}, '1').options)).toMatchObject({
    viaReceptor: 'far',
    limits: { maxMembers: 3 },
  });
});
