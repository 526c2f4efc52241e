import { optional, text } from '@receptorjs/validation';
import { ask, option, type Answer } from './answer.js';
import { validateCommandOptions, type CommonOptions } from './common-options.js';
import { readJsonObject } from './json-response.js';

/** Which roles are listed. */
export interface RoleListOptions extends CommonOptions {
  /** Only those of this collection. */
  readonly collection?: string;
  /** Folder of a playbook beside which roles may lie. */
  readonly playbookDir?: string;
}

/** Which role is described. */
export interface RoleArgspecOptions extends CommonOptions {
  /** Its name, with that of its collection unless `collection` says it. */
  readonly role: string;
  readonly collection?: string;
  /** Folder of a playbook beside which the role may lie. */
  readonly playbookDir?: string;
}

/** What `ansible-doc` knows of roles, by their full names. */
export type Roles = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * Lists roles that describe their arguments: `ansible-doc -t role -l`. Runs as `subprocess` by default.
 *
 * @throws {ConfigurationError} when there is no `ansible-doc`.
 * @throws {CommandError} when the response can't be read.
 */
export async function getRoleList(options: RoleListOptions = {}): Promise<Answer<Roles>> {
  validateCommandOptions<RoleListOptions>('getRoleList', options, {
    collection: optional(text),
    playbookDir: optional(text),
  });
  const { collection, playbookDir, ...others } = options;
  const command = [
    ...['ansible-doc', '-t', 'role', '-l', '-j', ...option('--playbook-dir', playbookDir)],
    ...(collection ? [collection] : []),
  ];
  return ask(others, { command, read: readRoles });
}

/**
 * Describes the arguments of a role: `ansible-doc -t role`. Runs as `subprocess` by default.
 *
 * @throws {ConfigurationError} when there is no `ansible-doc`.
 * @throws {CommandError} when the response can't be read.
 */
export async function getRoleArgspec(options: RoleArgspecOptions): Promise<Answer<Roles>> {
  validateCommandOptions<RoleArgspecOptions>('getRoleArgspec', options, {
    role: text,
    collection: optional(text),
    playbookDir: optional(text),
  });
  const { role, collection, playbookDir, ...others } = options;
  const command = [
    ...['ansible-doc', '-t', 'role', '-j', ...option('--playbook-dir', playbookDir)],
    collection ? `${collection}.${role}` : role,
  ];
  return ask(others, { command, read: readRoles });
}

/** Some versions print nothing when there are no roles. */
function readRoles(output: string): Roles {
  return output.trim() === '' ? {} : (readJsonObject(output) as Roles);
}
