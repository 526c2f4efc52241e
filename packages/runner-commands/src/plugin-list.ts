import { flag, optional, text } from '@receptorjs/validation';
import { ask, asText, oneOf, option, type Answer } from './answer.js';
import { validateCommandOptions, type CommonOptions } from './common-options.js';
import { readJsonObject } from './json-response.js';

/** Which plugins are listed, and how. */
export interface PluginListOptions extends CommonOptions {
  /** The plugins' files instead of their descriptions. */
  readonly listFiles?: boolean;
  /** Default: text, as `human`. */
  readonly responseFormat?: 'json' | 'human';
  /** Kind of the plugins, `module` by default. */
  readonly pluginType?: string;
  /** Folder of a playbook beside which plugins may lie. */
  readonly playbookDir?: string;
  /** Further folders with modules, joined by `:`. */
  readonly modulePath?: string;
}

/** Short descriptions, or files, by the plugins' full names. */
export type PluginList = Readonly<Record<string, string>>;

/**
 * Lists the plugins there are: `ansible-doc -l`. Runs as `subprocess` by default.
 *
 * @throws {ConfigurationError} when the options can't be used, or there is no `ansible-doc`.
 * @throws {CommandError} when the response can't be read.
 */
export function getPluginList(
  options: PluginListOptions & { readonly responseFormat: 'json' },
): Promise<Answer<PluginList>>;
export function getPluginList(
  options?: PluginListOptions & { readonly responseFormat?: 'human' },
): Promise<Answer<string>>;
export function getPluginList(options: PluginListOptions): Promise<Answer<PluginList | string>>;
export async function getPluginList(
  options: PluginListOptions = {},
): Promise<Answer<PluginList | string>> {
  validateCommandOptions<PluginListOptions>('getPluginList', options, {
    listFiles: optional(flag),
    responseFormat: optional(text),
    pluginType: optional(text),
    playbookDir: optional(text),
    modulePath: optional(text),
  });
  const { listFiles, responseFormat, pluginType, playbookDir, modulePath, ...others } = options;
  if (responseFormat !== undefined) oneOf('response_format', responseFormat, ['json', 'human']);
  const command = [
    'ansible-doc',
    listFiles === true ? '-F' : '-l',
    ...(responseFormat === 'json' ? ['-j'] : []),
    ...option('-t', pluginType),
    ...option('--playbook-dir', playbookDir),
    ...option('-M', modulePath),
  ];
  return responseFormat === 'json'
    ? ask(others, { command, read: (output) => readJsonObject(output) as PluginList })
    : ask(others, { command, read: asText });
}
