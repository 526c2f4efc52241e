import { authors, common, named, references, type ResourceTable } from './resource-table.js';

const organization = references({ default_environment: 'execution_environments', ...authors });
const token = references({ user: 'users' });
const activity = references({ actor: 'users' });

/** Who may do something, and who did what. */
export const identityTables: Readonly<Record<string, ResourceTable>> = {
  users: {
    table: 'users',
    columns: named(
      'id',
      'username',
      'first_name',
      'last_name',
      'email',
      'password',
      'is_superuser',
      'is_operator',
      'is_system_auditor',
      'is_active',
      'last_login',
      'created',
      'modified',
    ),
    relations: { tokens: { kind: 'many', to: 'tokens', column: 'user_id' } },
  },
  tokens: {
    table: 'tokens',
    columns: {
      ...named('id', 'description', 'token_hash', 'scope', 'expires', 'last_used'),
      ...named('created', 'modified'),
      ...token.columns,
    },
    relations: token.relations,
  },
  organizations: {
    table: 'organizations',
    columns: { ...named(...common, 'max_hosts'), ...organization.columns },
    relations: {
      ...organization.relations,
      inventories: { kind: 'many', to: 'inventories', column: 'organization_id' },
      projects: { kind: 'many', to: 'projects', column: 'organization_id' },
      credentials: { kind: 'many', to: 'credentials', column: 'organization_id' },
      job_templates: { kind: 'many', to: 'job_templates', column: 'organization_id' },
      instance_groups: {
        kind: 'through',
        to: 'instance_groups',
        table: 'organization_instance_groups',
        near: 'organization_id',
        far: 'instance_group_id',
        hasPosition: true,
      },
    },
  },
  activity_stream: {
    table: 'activity_stream',
    columns: {
      ...named('id', 'timestamp', 'actor_username', 'action_node', 'remote_address', 'operation'),
      ...named('object1', 'object1_id', 'object2', 'object2_id'),
      ...named('object_relationship_type', 'changes'),
      ...activity.columns,
    },
    relations: activity.relations,
  },
};
