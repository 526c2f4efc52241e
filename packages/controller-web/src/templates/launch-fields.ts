import type { LaunchState } from './template-queries.js';

/** What a launch can be asked for here, and how it is typed. */
export const fieldKinds = {
  job_type: 'type',
  limit: 'text',
  scm_branch: 'text',
  job_tags: 'text',
  skip_tags: 'text',
  verbosity: 'number',
  forks: 'number',
  timeout: 'number',
  job_slice_count: 'number',
  diff_mode: 'truth',
} as const;
export type LaunchField = keyof typeof fieldKinds;
export const launchFields = Object.keys(fieldKinds) as LaunchField[];

/** What can be asked for by the API, and stays here as the template has it. */
const othersAsked = {
  inventory: 'ask_inventory_on_launch',
  credentials: 'ask_credential_on_launch',
  execution_environment: 'ask_execution_environment_on_launch',
  labels: 'ask_labels_on_launch',
  instance_groups: 'ask_instance_groups_on_launch',
} as const;

/** Names of flags that do not follow from those of the fields. */
const flags: Readonly<Partial<Record<LaunchField, string>>> = {
  job_tags: 'ask_tags_on_launch',
};

export const isAsked = (state: LaunchState, field: LaunchField | 'variables'): boolean =>
  state[(field === 'variables' ? undefined : flags[field]) ?? `ask_${field}_on_launch`] === true;

export const otherFieldsAsked = (state: LaunchState): (keyof typeof othersAsked)[] =>
  (Object.keys(othersAsked) as (keyof typeof othersAsked)[]).filter(
    (name) => state[othersAsked[name]] === true,
  );

/** The body of a launch from what was typed: fields that were left as they are stay away. */
export function launchBody(
  typed: Readonly<Partial<Record<LaunchField, string>>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(typed).map(([name, value]) => {
      const kind = fieldKinds[name as LaunchField];
      return [
        name,
        kind === 'number' ? Number(value) : kind === 'truth' ? value === 'true' : value,
      ];
    }),
  );
}
