import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import type { Criterion, Row } from '@receptorjs/controller-core';
import { may } from '../permissions/permission-table.js';
import { equals, everything } from '../query/criteria.js';
import { pageSchema, rowSchema } from '../resources/body-schema.js';
import { API } from '../resources/presenter.js';
import { fieldsMetadata } from '../resources/field-metadata.js';
import type { ApiParts } from './api-parts.js';
import { refuseMethods, type Endpoint } from './endpoint.js';
import { allButGet, onlyGet } from './root-endpoints.js';

const MAX_NODES = 10_000;

/** GET /ping/: whether the controller is there, and what it is made of. Answered to everybody. */
export function addPing(app: FastifyInstance, { context }: ApiParts): void {
  const { store, facts } = context;
  refuseMethods(app, `${API}/ping/`, allButGet, onlyGet);
  app.get(
    `${API}/ping/`,
    {
      config: { isAnonymous: true },
      schema: { tags: ['state'], security: [], response: { 200: pingSchema } },
    },
    async () => {
      const nodes = await allOf('instances', { kind: 'not', of: equals('node_type', 'hop') }, []);
      const groups = await allOf('instance_groups', everything, ['capacity']);
      const members = groups.map(async (group) => {
        const id = Number(group['id']);
        const within = {
          kind: 'linked',
          from: 'instance_groups',
          relation: 'instances',
          id,
        } as const;
        const found = await allOf('instances', within, []);
        return {
          name: group['name'],
          capacity: Number(group['capacity']),
          instances: found.map(({ hostname }) => hostname),
        };
      });
      const isControl = ({ node_type }: Row) => node_type === 'control' || node_type === 'hybrid';
      return {
        ha: nodes.filter(isControl).length > 1,
        version: facts.version,
        active_node: facts.hostname,
        install_uuid: facts.installUuid,
        instances: nodes.map((node) => ({
          node: node['hostname'],
          node_type: node['node_type'],
          uuid: node['uuid'],
          heartbeat: node['last_seen'],
          capacity: node['capacity'],
          version: node['version'],
        })),
        instance_groups: await Promise.all(members),
      };
    },
  );

  function allOf(resource: string, criterion: Criterion, computed: readonly string[]) {
    const order = [{ path: ['id'], isDescending: false }];
    return store.list(resource, { criterion, order, limit: MAX_NODES, offset: 0, computed });
  }
}

const pingSchema = Type.Object({
  ha: Type.Boolean(),
  version: Type.String(),
  active_node: Type.String(),
  install_uuid: Type.String(),
  instances: Type.Array(Type.Record(Type.String(), Type.Unknown())),
  instance_groups: Type.Array(Type.Record(Type.String(), Type.Unknown())),
});

/** What one is told of the controller and of oneself. */
export function stateEndpoints(parts: ApiParts): Endpoint[] {
  return [config(parts), me(parts), meshVisualizer(parts)];
}

const config = ({ context: { facts } }: ApiParts): Endpoint => ({
  path: `${API}/config/`,
  name: 'Configuration',
  tag: 'state',
  operations: {
    GET: {
      summary: 'What the controller is',
      handle: () =>
        Promise.resolve({
          version: facts.version,
          time_zone: 'UTC',
          license_info: { license_type: 'open', valid_key: true, subscription_name: 'OPEN' },
          ansible_version: '',
          install_uuid: facts.installUuid,
          become_methods: [
            ['sudo', 'Sudo'],
            ['su', 'Su'],
            ['pbrun', 'Pbrun'],
            ['pfexec', 'Pfexec'],
            ['dzdo', 'DZDO'],
            ['pmrun', 'Pmrun'],
            ['runas', 'Runas'],
            ['enable', 'Enable'],
            ['doas', 'Doas'],
          ],
        }),
    },
  },
});

function me({ resources, lister }: ApiParts): Endpoint {
  const users = resources.get('users');
  if (users === undefined) throw new Error('there is no resource users');
  return {
    path: `${API}/me/`,
    name: 'User List',
    tag: 'state',
    actions: { GET: fieldsMetadata(users, 'GET') },
    operations: {
      GET: {
        summary: 'Oneself, as a list of one',
        schema: { response: { 200: pageSchema(rowSchema(users, true)) } },
        handle: async (call) => lister.page(users, [equals('id', call.user.id)], call),
      },
    },
  };
}

function meshVisualizer({ context: { store } }: ApiParts): Endpoint {
  return {
    path: `${API}/mesh_visualizer/`,
    name: 'Mesh Visualizer',
    tag: 'state',
    operations: {
      GET: {
        summary: 'Nodes of the mesh and links between them',
        isAllowed: (user) => may(user, 'mesh_visualizer', 'read'),
        handle: async () => {
          const order = [{ path: ['id'], isDescending: false }];
          const query = { criterion: everything, order, limit: MAX_NODES, offset: 0 };
          const nodes = await store.list('instances', { ...query, computed: [] });
          const links = await store.list('instance_links', query);
          return {
            nodes: nodes.map(({ id, hostname, node_type, node_state, enabled }) => ({
              id,
              hostname,
              node_type,
              node_state,
              enabled,
            })),
            links: links.map(({ id, source_hostname, target_hostname, ...link }) => ({
              id,
              related: {
                source: `${API}/instances/${String(link['source'])}/`,
                target: `${API}/instances/${String(link['target'])}/`,
              },
              source: source_hostname,
              target: target_hostname,
              target_full_address: link['target_full_address'] ?? '',
              link_state: link['link_state'],
              cost: link['cost'],
              rtt_ms: link['rtt_ms'],
              state_since: link['state_since'],
            })),
          };
        },
      },
    },
  };
}
