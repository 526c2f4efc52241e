import type { InventorySource } from '../../ports/records/inventory.js';
import type { Project } from '../../ports/records/templates.js';
import type { Row } from '../../ports/resource-store.js';

/** A project as the rows of resources have it, as its record. */
export const projectOf = (row: Row): Project =>
  ({
    ...row,
    organization_id: row['organization'] ?? null,
    credential_id: row['credential'] ?? null,
    default_environment_id: row['default_environment'] ?? null,
  }) as unknown as Project;

/** The same for a source of an inventory. */
export const sourceOf = (row: Row): InventorySource =>
  ({
    ...row,
    inventory_id: row['inventory'],
    source_project_id: row['source_project'] ?? null,
    credential_id: row['credential'] ?? null,
    execution_environment_id: row['execution_environment'] ?? null,
  }) as unknown as InventorySource;
