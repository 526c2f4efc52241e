import { choice, datetime, integer, json, nullableInteger, reference, text } from './fields.js';
import { defineResource } from './resource.js';

/** Who changed what, and when. */
export const activityStream = defineResource({
  path: 'activity_stream',
  type: 'activity_stream',
  label: 'Activity Stream',
  fields: {
    id: integer('ID', { isReadOnly: true }),
    timestamp: datetime('Timestamp'),
    actor: reference('Actor', 'users', { isReadOnly: true }),
    actor_username: text('Actor username', {
      isReadOnly: true,
      help: 'As it was then; it stays when the user is removed.',
    }),
    remote_address: text('Remote address', { isReadOnly: true }),
    operation: choice(
      'Operation',
      [
        ['create', 'Entity Created'],
        ['update', 'Entity Updated'],
        ['delete', 'Entity Deleted'],
        ['associate', 'Entity Associated with another Entity'],
        ['disassociate', 'Entity was Disassociated with another Entity'],
      ],
      { isReadOnly: true, help: 'The action taken with respect to the given object(s).' },
    ),
    object1: text('Object1', { isReadOnly: true }),
    object1_id: nullableInteger('Object1 ID', { isReadOnly: true }),
    object2: text('Object2', { isReadOnly: true }),
    object2_id: nullableInteger('Object2 ID', { isReadOnly: true }),
    object_relationship_type: text('Object relationship type', { isReadOnly: true }),
    action_node: text('Action node', { isReadOnly: true }),
    changes: json('Changes', { isReadOnly: true }),
  },
  search: ['operation', 'object1'],
  order: 'id',
  can: { create: false, change: false, delete: false },
});
