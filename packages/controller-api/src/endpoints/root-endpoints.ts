import type { FastifyInstance } from 'fastify';
import { absentNames } from './absent-endpoints.js';
import type { ApiParts } from './api-parts.js';
import { API } from '../resources/presenter.js';

/** Of the root map: names of resources, and what is no resource. */
const others = ['ping', 'config', 'me', 'metrics', 'mesh_visualizer'];

/** Where everything begins; answered to everybody. */
export function addRoots(app: FastifyInstance, { resources }: ApiParts): void {
  const listed = [...resources.values()].filter(({ isNested }) => isNested !== true);
  const map = Object.fromEntries([
    ...[...others, ...absentNames].map((name) => [name, `${API}/${name}/`]),
    ...listed.map(({ path }) => [path === 'inventories' ? 'inventory' : path, `${API}/${path}/`]),
  ]) as Record<string, string>;
  const config = { isAnonymous: true };
  app.get('/api/', { config, schema: { tags: ['root'] } }, (_request, reply) =>
    reply.send({
      description: 'AWX REST API',
      current_version: `${API}/`,
      available_versions: { v2: `${API}/` },
      oauth2: '/api/o/',
      custom_logo: '',
      custom_login_info: '',
      login_redirect_override: '',
    }),
  );
  app.get(`${API}/`, { config, schema: { tags: ['root'] } }, (_request, reply) => reply.send(map));
}
