import type { FastifyInstance } from 'fastify';
import { absentNames } from './absent-endpoints.js';
import type { ApiParts } from './api-parts.js';
import { API } from '../resources/presenter.js';
import { refuseMethods } from './endpoint.js';

/** Of the root map: names of resources, and what is no resource. */
const others = ['ping', 'config', 'me', 'metrics', 'mesh_visualizer'];

/** What addresses that everybody may read, and nothing else, allow, and what they don't. */
export const onlyGet = ['GET', 'HEAD'] as const;
export const allButGet = ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY'] as const;

/** Where everything begins; answered to everybody. */
export function addRoots(app: FastifyInstance, { resources }: ApiParts): void {
  const listed = [...resources.values()].filter(({ isNested }) => isNested !== true);
  const map = Object.fromEntries([
    ...[...others, ...absentNames].map((name) => [name, `${API}/${name}/`]),
    ...listed.map(({ path }) => [path === 'inventories' ? 'inventory' : path, `${API}/${path}/`]),
  ]) as Record<string, string>;
  const config = { isAnonymous: true };
  const schema = {
    tags: ['root'],
    security: [],
    response: { 200: { type: 'object', additionalProperties: true } },
  };
  for (const path of ['/api/', `${API}/`]) refuseMethods(app, path, allButGet, onlyGet);
  app.get('/api/', { config, schema }, (_request, reply) =>
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
  app.get(`${API}/`, { config, schema }, (_request, reply) => reply.send(map));
}
