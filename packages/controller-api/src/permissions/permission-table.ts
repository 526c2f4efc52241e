import type { CurrentUser, Role } from './roles.js';

/**
 * What is done with rows of a resource:
 *
 * - `read`: lists and rows
 * - `create`, `change`, `delete`: attaching and detaching is a change
 * - `start`: launch, update, relaunch, health check
 * - `cancel`
 */
export type Verb = 'read' | 'create' | 'change' | 'delete' | 'start' | 'cancel';

/** For each role what it may do. What is not there is forbidden. */
type Row = Readonly<Record<Role, readonly Verb[]>>;

const everything = ['read', 'create', 'change', 'delete', 'start', 'cancel'] as const;
const sight = ['read'] as const;

/** What jobs are made from: operators work with it. */
const content: Row = { admin: everything, operator: everything, auditor: sight, none: [] };
/** What only administrators set up. */
const setup: Row = { admin: everything, operator: sight, auditor: sight, none: [] };
/** What nobody changes. */
const record: Row = { admin: sight, operator: sight, auditor: sight, none: [] };
/** What runs: started from what it is made from. */
const run: Row = {
  admin: ['read', 'create', 'delete', 'start', 'cancel'],
  operator: ['read', 'create', 'start', 'cancel'],
  auditor: sight,
  none: [],
};

/** Who may do what with which resource. Besides, everybody reads and changes themselves, and has tokens of their own. */
export const permissions: Readonly<Record<string, Row>> = {
  organizations: setup,
  users: setup,
  tokens: { admin: everything, operator: everything, auditor: everything, none: everything },
  instances: {
    admin: ['read', 'create', 'change', 'delete', 'start'],
    operator: ['read', 'start'],
    auditor: sight,
    none: [],
  },
  receptor_addresses: record,
  join_tokens: {
    admin: ['read', 'create', 'delete'],
    operator: [],
    auditor: sight,
    none: [],
  },
  instance_groups: setup,
  projects: content,
  inventories: content,
  hosts: content,
  groups: content,
  inventory_sources: content,
  credential_types: record,
  credentials: content,
  execution_environments: setup,
  job_templates: content,
  jobs: run,
  ad_hoc_commands: run,
  project_updates: run,
  inventory_updates: run,
  unified_jobs: record,
  job_events: record,
  ad_hoc_command_events: record,
  project_update_events: record,
  inventory_update_events: record,
  job_host_summaries: record,
  activity_stream: { admin: sight, operator: [], auditor: sight, none: [] },
  mesh_visualizer: { admin: sight, operator: [], auditor: sight, none: [] },
  metrics: { admin: sight, operator: [], auditor: sight, none: [] },
};

/** Whether somebody may do something with a resource as a whole. */
export function may(user: CurrentUser, resource: string, verb: Verb): boolean {
  if (user.isReadOnly && verb !== 'read') return false;
  return permissions[resource]?.[user.role].includes(verb) === true;
}

/** What people may change of themselves, whatever they are. */
export const ownFields: ReadonlySet<string> = new Set([
  'first_name',
  'last_name',
  'email',
  'password',
]);
