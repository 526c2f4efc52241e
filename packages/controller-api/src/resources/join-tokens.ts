import { choice, datetime, identity, nullableInteger, reference, text } from './fields.js';
import { defineResource } from './resource.js';

const fixed = { isFixed: true };
const readOnly = { isReadOnly: true };

/** With what a machine joins the mesh, once. The token itself is told when it is made. */
export const joinTokens = defineResource({
  path: 'join_tokens',
  type: 'join_token',
  label: 'Join Token',
  fields: {
    ...identity,
    node_type: choice(
      'Node type',
      [
        ['execution', 'Execution'],
        ['hop', 'Hop'],
      ],
      { ...fixed, help: 'What the machine becomes: a node that runs jobs, or one that routes.' },
    ),
    node_id: text('Node ID', {
      ...fixed,
      maxLength: 253,
      help: 'The only node that it is for, which may be there already; empty for any new one.',
    }),
    instance_group: reference('Instance group', 'instance_groups', {
      ...fixed,
      help: 'The group that the node is put into.',
    }),
    peer: reference('Peer', 'instances', {
      ...fixed,
      help: 'The node that it links to; null for the nodes of the control plane.',
    }),
    listener_host: text('Listener host', {
      ...fixed,
      maxLength: 253,
      help: 'Name or address where the node listens for links of others; empty for nowhere.',
    }),
    listener_port: nullableInteger('Listener port', { ...fixed, minimum: 1, maximum: 65_535 }),
    expires: datetime('Expires', {
      isReadOnly: false,
      isFixed: true,
      help: 'Default: in an hour. A week from now at the latest.',
    }),
    used: datetime('Used'),
    used_by: text('Used by', { ...readOnly, help: 'The ID of the node that it has made.' }),
    created_by: reference('Created by', 'users', readOnly),
    token: text('Token', { ...readOnly, isStored: false }),
  },
  search: ['node_id', 'used_by'],
  order: 'id',
  can: { create: true, change: false, delete: true },
  present: (row) => ({ ...row, token: '************' }),
});
