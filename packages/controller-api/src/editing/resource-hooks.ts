import type { Row } from '@receptorjs/controller-core';
import type { Actor } from '../activity/activity-recorder.js';
import type { FieldErrors } from '../resources/resource.js';

/** What follows from changes of rows outside of the database, after they are stored. */
export interface ResourceHooks {
  /** Says what is wrong with a row as it would be. */
  readonly check?: (values: Row) => FieldErrors;
  readonly created?: (row: Row, actor: Actor) => Promise<void>;
  readonly changed?: (before: Row, row: Row, actor: Actor) => Promise<void>;
  readonly removed?: (row: Row) => Promise<void>;
}
