import { identity } from './0001-identity.js';
import { mesh } from './0002-mesh.js';
import { resources } from './0003-resources.js';
import { jobs } from './0004-jobs.js';
import { events } from './0005-events.js';
import { system } from './0006-system.js';
import { updates } from './0007-updates.js';
import { jobChanges } from './0010-job-changes.js';
import { fleet } from './0013-fleet.js';
import { submissions } from './0016-submissions.js';
import { lists } from './0017-lists.js';
import { runPositions } from './0018-run-positions.js';
import { joining } from './0020-joining.js';
import type { SchemaMigration } from './migration.js';

/** All steps of the schema, in the order in which they are taken. */
export const migrations: readonly SchemaMigration[] = [
  identity,
  mesh,
  resources,
  jobs,
  events,
  system,
  updates,
  jobChanges,
  fleet,
  submissions,
  lists,
  runPositions,
  joining,
];
