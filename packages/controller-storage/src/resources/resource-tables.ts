import { contentTables } from './content-tables.js';
import { identityTables } from './identity-tables.js';
import { jobTables } from './job-tables.js';
import { meshTables } from './mesh-tables.js';
import type { ResourceTable } from './resource-table.js';

/** Where the rows of each resource are. */
export const resourceTables: ReadonlyMap<string, ResourceTable> = new Map(
  Object.entries({ ...identityTables, ...meshTables, ...contentTables, ...jobTables }),
);
