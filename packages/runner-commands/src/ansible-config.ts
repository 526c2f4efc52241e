import { ConfigurationError } from '@receptorjs/runner-core';
import { flag, optional, text } from '@receptorjs/validation';
import { ask, asText, oneOf, option, type Answer } from './answer.js';
import { validateCommandOptions, type CommonOptions } from './common-options.js';

/** What of the configuration is shown. */
export interface AnsibleConfigOptions extends CommonOptions {
  /** All settings with their descriptions, their values in effect, or the file. */
  readonly action: 'list' | 'dump' | 'view';
  readonly configFile?: string;
  /** Only values that are not the default; for `dump`. */
  readonly onlyChanged?: boolean;
}

/**
 * Shows Ansible's configuration: `ansible-config`. Runs as `subprocess` by default.
 *
 * @throws {ConfigurationError} when the options can't be used, or there is no `ansible-config`.
 */
export async function getAnsibleConfig(options: AnsibleConfigOptions): Promise<Answer<string>> {
  validateCommandOptions<AnsibleConfigOptions>('getAnsibleConfig', options, {
    action: text,
    configFile: optional(text),
    onlyChanged: optional(flag),
  });
  const { action, configFile, onlyChanged, ...others } = options;
  oneOf('action', action, ['list', 'dump', 'view']);
  if (action !== 'dump' && onlyChanged === true)
    throw new ConfigurationError("only_changed is applicable for action 'dump'");
  const command = [
    'ansible-config',
    action,
    ...option('-c', configFile),
    ...(onlyChanged === true ? ['--only-changed'] : []),
  ];
  return ask(others, { command, read: asText });
}
