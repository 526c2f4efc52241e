import type { ResourceStore, Row } from '../../ports/resource-store.js';
import { LaunchError } from './launch-error.js';

/** What a launch may set besides what the template has; absent for what the template has. */
export interface LaunchPrompts {
  readonly job_type?: string | undefined;
  readonly inventory?: number | undefined;
  readonly scm_branch?: string | undefined;
  readonly forks?: number | undefined;
  readonly limit?: string | undefined;
  readonly verbosity?: number | undefined;
  /** Added to those of the template. */
  readonly extra_vars?: Readonly<Record<string, unknown>> | undefined;
  readonly job_tags?: string | undefined;
  readonly skip_tags?: string | undefined;
  readonly timeout?: number | undefined;
  readonly diff_mode?: boolean | undefined;
  readonly execution_environment?: number | undefined;
  readonly job_slice_count?: number | undefined;
  /** Instead of those of the template. */
  readonly credentials?: readonly number[] | undefined;
  /** Instead of all that would be found. */
  readonly instance_groups?: readonly number[] | undefined;
}

/** The flag of a template that lets a launch set something. */
export const promptFlags = {
  extra_vars: 'ask_variables_on_launch',
  inventory: 'ask_inventory_on_launch',
  credentials: 'ask_credential_on_launch',
  scm_branch: 'ask_scm_branch_on_launch',
  diff_mode: 'ask_diff_mode_on_launch',
  job_tags: 'ask_tags_on_launch',
  skip_tags: 'ask_skip_tags_on_launch',
  job_type: 'ask_job_type_on_launch',
  limit: 'ask_limit_on_launch',
  verbosity: 'ask_verbosity_on_launch',
  execution_environment: 'ask_execution_environment_on_launch',
  labels: 'ask_labels_on_launch',
  forks: 'ask_forks_on_launch',
  job_slice_count: 'ask_job_slice_count_on_launch',
  timeout: 'ask_timeout_on_launch',
  instance_groups: 'ask_instance_groups_on_launch',
} as const satisfies Readonly<Record<keyof LaunchPrompts | 'labels', string>>;

/** What a template says of a prompt: whether a launch may set it. */
const isPrompted = (template: Row, name: string): boolean =>
  Object.hasOwn(promptFlags, name) &&
  template[promptFlags[name as keyof typeof promptFlags]] === true;

/** What was given for a launch: what the template lets it set, and what is ignored. */
export function splitPrompts(
  template: Row,
  given: Readonly<Record<string, unknown>>,
): { readonly prompts: LaunchPrompts; readonly ignored: Readonly<Record<string, unknown>> } {
  const entries = Object.entries(given);
  return {
    prompts: Object.fromEntries(entries.filter(([name]) => isPrompted(template, name))),
    ignored: Object.fromEntries(entries.filter(([name]) => !isPrompted(template, name))),
  };
}

/** What the values of prompts are ids of. */
const references = {
  inventory: 'inventories',
  credentials: 'credentials',
  execution_environment: 'execution_environments',
  instance_groups: 'instance_groups',
} as const satisfies Partial<Record<keyof LaunchPrompts, string>>;

/** @throws {LaunchError} where a prompt refers to what does not exist */
export async function checkReferences(prompts: LaunchPrompts, store: ResourceStore): Promise<void> {
  for (const [name, resource] of Object.entries(references)) {
    const given = prompts[name as keyof typeof references];
    const ids = typeof given === 'number' ? [given] : (given ?? []);
    for (const id of ids)
      if ((await store.get(resource, id)) === undefined)
        throw new LaunchError({ [name]: [`Invalid pk "${id}" - object does not exist.`] });
  }
}
