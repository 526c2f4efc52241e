import { Type } from '@sinclair/typebox';
import { equals } from '../query/criteria.js';
import { errorSchema } from '../resources/body-schema.js';
import { API } from '../resources/presenter.js';
import type { ApiParts } from './api-parts.js';
import type { Endpoint } from './endpoint.js';
import { visibleRow } from './resource-endpoints.js';

/** What is known of hosts by runs that keep facts. */
export function factEndpoints(parts: ApiParts): Endpoint[] {
  const hosts = parts.resources.get('hosts');
  if (hosts === undefined) throw new Error('there are no hosts');
  return [
    {
      path: `${API}/hosts/:id/ansible_facts/`,
      name: 'Host Ansible Facts',
      tag: 'hosts',
      operations: {
        GET: {
          summary: 'Facts of a host',
          schema: {
            response: { 200: Type.Record(Type.String(), Type.Unknown()), 404: errorSchema },
          },
          handle: async (call) => {
            const host = await visibleRow(hosts, parts, call);
            const [row] = await parts.context.store.list('host_facts', {
              criterion: equals('id', Number(host['id'])),
              order: [{ path: ['id'], isDescending: false }],
              limit: 1,
              offset: 0,
            });
            return row?.['facts'] ?? {};
          },
        },
      },
    },
  ];
}
