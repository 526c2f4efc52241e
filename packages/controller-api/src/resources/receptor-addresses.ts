import { boolean, choice, integer, reference, text } from './fields.js';
import { defineResource } from './resource.js';

const readOnly = { isReadOnly: true };

/** Where nodes of the mesh listen. */
export const receptorAddresses = defineResource({
  path: 'receptor_addresses',
  type: 'receptor_address',
  label: 'Receptor Address',
  fields: {
    id: integer('ID', { isReadOnly: true, help: 'Database ID.' }),
    address: text('Address', readOnly),
    port: integer('Port', readOnly),
    protocol: choice(
      'Protocol',
      [
        ['tcp', 'TCP'],
        ['ws', 'WS'],
        ['wss', 'WSS'],
      ],
      readOnly,
    ),
    websocket_path: text('Websocket path', readOnly),
    is_internal: boolean('Is internal', readOnly),
    canonical: boolean('Canonical', readOnly),
    instance: reference('Instance', 'instances', readOnly),
    peers_from_control_nodes: boolean('Peers from control nodes', readOnly),
    full_address: text('Full address', { isReadOnly: true, isStored: false }),
  },
  naturalKey: 'address',
  search: ['address'],
  order: 'address',
  can: { create: false, change: false, delete: false },
  present(row) {
    const { address, port, protocol, websocket_path: path } = row;
    const isWeb = protocol === 'ws' || protocol === 'wss';
    const scheme = isWeb ? `${protocol}://` : '';
    const at = Number(port) === 0 ? '' : `:${Number(port)}`;
    const way = isWeb && path !== '' ? `/${String(path).replace(/^\//, '')}` : '';
    return { ...row, full_address: `${scheme}${String(address)}${at}${way}` };
  },
});
