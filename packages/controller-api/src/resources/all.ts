import { activityStream } from './activity-stream.js';
import { adHocCommands } from './ad-hoc-commands.js';
import { credentialTypes } from './credential-types.js';
import { credentials } from './credentials.js';
import {
  adHocCommandEvents,
  inventoryUpdateEvents,
  jobEvents,
  projectUpdateEvents,
} from './events.js';
import { executionEnvironments } from './execution-environments.js';
import { groups } from './groups.js';
import { hosts } from './hosts.js';
import { instanceGroups } from './instance-groups.js';
import { instances } from './instances.js';
import { inventories } from './inventories.js';
import { inventorySources } from './inventory-sources.js';
import { inventoryUpdates } from './inventory-updates.js';
import { jobHostSummaries } from './job-host-summaries.js';
import { joinTokens } from './join-tokens.js';
import { jobTemplates } from './job-templates.js';
import { jobs } from './jobs.js';
import { organizations } from './organizations.js';
import { projectUpdates } from './project-updates.js';
import { projects } from './projects.js';
import { receptorAddresses } from './receptor-addresses.js';
import type { Resource, Resources } from './resource.js';
import { tokens } from './tokens.js';
import { unifiedJobs } from './unified-jobs.js';
import { users } from './users.js';

/** Every resource by the name of its address. */
export const resources: Resources = new Map<string, Resource>(
  [
    organizations,
    users,
    tokens,
    instances,
    receptorAddresses,
    instanceGroups,
    joinTokens,
    projects,
    projectUpdates,
    inventories,
    hosts,
    groups,
    inventorySources,
    inventoryUpdates,
    credentialTypes,
    credentials,
    executionEnvironments,
    jobTemplates,
    jobs,
    jobEvents,
    jobHostSummaries,
    adHocCommands,
    adHocCommandEvents,
    projectUpdateEvents,
    inventoryUpdateEvents,
    unifiedJobs,
    activityStream,
  ].map((resource) => [resource.path, resource]),
);
