import type { Json, JsonObject } from './json.js';

/** Who changed what, and when. */
export interface ActivityStreamEntry {
  readonly id: number;
  readonly timestamp: Date;
  readonly actor_id: number | null;
  readonly actor_username: string;
  readonly action_node: string;
  readonly remote_address: string;
  readonly operation: 'create' | 'update' | 'delete' | 'associate' | 'disassociate';
  readonly object1: string;
  readonly object1_id: number | null;
  readonly object2: string;
  readonly object2_id: number | null;
  readonly object_relationship_type: string;
  readonly changes: JsonObject;
}

/** A setting that was changed. */
export interface Setting {
  readonly key: string;
  readonly value: Json;
  readonly modified: Date;
}
