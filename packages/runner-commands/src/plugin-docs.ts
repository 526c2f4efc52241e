import { arrayOf, flag, optional, text } from '@receptorjs/validation';
import { ask, asText, oneOf, option, requireList, type Answer } from './answer.js';
import { start, type CommandHandle } from './command-handle.js';
import { validateCommandOptions, type CommonOptions } from './common-options.js';
import type { CommandPlace } from './finished-command.js';
import { readJsonObject } from './json-response.js';

/** Which plugins are described, and how. */
export interface PluginDocsOptions extends CommonOptions {
  readonly pluginNames: readonly string[];
  /** Kind of the plugins, `module` by default. */
  readonly pluginType?: string;
  /** Default: text, as `human`. */
  readonly responseFormat?: 'json' | 'human';
  /** A snippet for a playbook instead of the description. */
  readonly snippet?: boolean;
  /** Folder of a playbook beside which plugins may lie. */
  readonly playbookDir?: string;
  /** Further folders with modules, joined by `:`. */
  readonly modulePath?: string;
}

/** The description of one plugin, as `ansible-doc` has it. */
export interface PluginDoc {
  readonly doc?: Readonly<Record<string, unknown>>;
  readonly examples?: string | null;
  readonly metadata?: Readonly<Record<string, unknown>> | null;
  readonly return?: Readonly<Record<string, unknown>> | null;
}

/** Descriptions by the plugins' full names. */
export type PluginDocs = Readonly<Record<string, PluginDoc>>;

/**
 * Describes plugins: `ansible-doc`. Runs as `subprocess` by default.
 *
 * @throws {ConfigurationError} when the options can't be used, or there is no `ansible-doc`.
 * @throws {CommandError} when the response can't be read.
 */
export function getPluginDocs(
  options: PluginDocsOptions & { readonly responseFormat: 'json' },
): Promise<Answer<PluginDocs>>;
export async function getPluginDocs(
  options: PluginDocsOptions & { readonly responseFormat?: 'human' },
): Promise<Answer<string>>;
export async function getPluginDocs(
  options: PluginDocsOptions,
): Promise<Answer<PluginDocs | string>>;
export async function getPluginDocs(
  options: PluginDocsOptions,
): Promise<Answer<PluginDocs | string>> {
  return docsOf(options);
}

async function docsOf(
  options: PluginDocsOptions,
  place?: CommandPlace,
): Promise<Answer<PluginDocs | string>> {
  validateCommandOptions<PluginDocsOptions>('getPluginDocs', options, {
    pluginNames: arrayOf(text),
    pluginType: optional(text),
    responseFormat: optional(text),
    snippet: optional(flag),
    playbookDir: optional(text),
    modulePath: optional(text),
  });
  const { pluginNames, pluginType, responseFormat, snippet, playbookDir, modulePath, ...others } =
    options;
  requireList('pluginNames', pluginNames);
  if (responseFormat !== undefined) oneOf('response_format', responseFormat, ['json', 'human']);
  const command = [
    'ansible-doc',
    ...(responseFormat === 'json' ? ['-j'] : []),
    ...(snippet === true ? ['-s'] : []),
    ...option('-t', pluginType),
    ...option('--playbook-dir', playbookDir),
    ...option('-M', modulePath),
    ...pluginNames,
  ];
  return responseFormat === 'json'
    ? ask(others, { command, read: (output) => readJsonObject(output) as PluginDocs }, place)
    : ask(others, { command, read: asText }, place);
}

/**
 * Starts {@link getPluginDocs} and returns at once.
 *
 * @throws {ConfigurationError} for an ident that can't be used.
 */
export function getPluginDocsAsync(
  options: PluginDocsOptions & { readonly responseFormat: 'json' },
): CommandHandle<Answer<PluginDocs>>;
export function getPluginDocsAsync(
  options: PluginDocsOptions & { readonly responseFormat?: 'human' },
): CommandHandle<Answer<string>>;
export function getPluginDocsAsync(
  options: PluginDocsOptions,
): CommandHandle<Answer<PluginDocs | string>> {
  return start<PluginDocsOptions, Answer<PluginDocs | string>>(docsOf, options);
}
