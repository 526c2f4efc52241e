/** Modules that an ad hoc command may run, as with AWX. */
export const adHocModules = [
  'command',
  'shell',
  'yum',
  'apt',
  'apt_key',
  'apt_repository',
  'apt_rpm',
  'service',
  'group',
  'user',
  'mount',
  'ping',
  'selinux',
  'setup',
  'win_ping',
  'win_service',
  'win_updates',
  'win_group',
  'win_user',
] as const;

/** What a command runs that names no module. */
export const defaultModule = 'command';

/** Whether a module does nothing without arguments. */
export const needsArguments = (module: unknown): module is 'command' | 'shell' =>
  module === 'command' || module === 'shell';
