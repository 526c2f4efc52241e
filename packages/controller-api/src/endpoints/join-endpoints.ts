import {
  JoinError,
  makeJoinToken,
  type JoinErrorCode,
  type Row,
} from '@receptorjs/controller-core';
import { isNodeId, JOIN_PATH, MAX_JOIN_BYTES, writeJoinToken } from '@receptorjs/join-protocol';
import { Type, type Static } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { isIP } from 'node:net';
import { LoginLimit } from '../authentication/login-limit.js';
import { ApiError } from '../errors/api-error.js';
import { checkValidation } from '../errors/validation-errors.js';
import { may } from '../permissions/permission-table.js';
import { errorSchema, rowSchema, writeSchema } from '../resources/body-schema.js';
import { coerced } from '../resources/coerce.js';
import { API } from '../resources/presenter.js';
import { actorOf, type ApiParts } from './api-parts.js';
import { refuseMethods, type Endpoint } from './endpoint.js';
import { resourceEndpoints } from './resource-endpoints.js';

const HOST = /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/;

/** The list of join tokens, where they are made: who makes one is told it, once. */
export function joinTokenEndpoints(parts: ApiParts): Endpoint[] {
  const { context, presenter, recorder, resources } = parts;
  const tokens = resources.get('join_tokens');
  if (!tokens) throw new Error('there are no join tokens');
  const path = `${API}/join_tokens/`;
  const list = resourceEndpoints(tokens, parts).find((each) => each.path === path);
  if (list === undefined) throw new Error(`there is no ${path}`);
  return [
    {
      ...list,
      operations: {
        ...list.operations,
        POST: {
          summary: 'Make a token with which a machine joins the mesh',
          isAllowed: (user) => may(user, 'join_tokens', 'create'),
          schema: {
            body: writeSchema(tokens, true),
            response: { 201: rowSchema(tokens, false), 400: errorSchema },
          },
          readBody: (body) => coerced(tokens, body ?? {}),
          handle: async (call) => {
            checkValidation(call.request, tokens.fields);
            const now = context.now();
            const request = tokenRequest(call.request.body as Row, now);
            const [row, secret] = await context.store.transaction(async (store) => {
              const createdBy = call.user.id;
              const made = await makeJoinToken(store, { ...request, createdBy }, now).catch(refuse);
              const { id, stored: changes } = made;
              const activity = { operation: 'create', resource: tokens, id, changes } as const;
              await recorder.record(store, actorOf(call), activity);
              return [await store.get('join_tokens', id), made.secret] as const;
            });
            if (row === undefined) throw ApiError.notFound();
            const token = writeJoinToken({ secret, fingerprint: context.joining?.fingerprint });
            call.reply.code(201);
            return { ...(await presenter.one(tokens, row, call.user)), token };
          },
        },
      },
    },
  ];
}

/** What a token is to be for, from the fields that came. @throws {ApiError} 400 */
function tokenRequest(body: Row, now: Date): Parameters<typeof makeJoinToken>[1] {
  const { node_type: nodeType = 'execution', node_id: nodeId = '', instance_group: group } = body;
  const { listener_host: host = '', listener_port: port = null, peer, expires = null } = body;
  const invalid = (field: string, message: string): never => {
    throw ApiError.invalid({ [field]: [message] });
  };
  if (nodeId !== '' && !isNodeId(String(nodeId)))
    invalid('node_id', 'Letters, digits, dots, dashes and underscores are allowed.');
  if ((host === '') !== (port === null))
    invalid('listener_port', 'listener_host and listener_port are given together.');
  if (host !== '' && isIP(String(host)) === 0 && !HOST.test(String(host)))
    invalid('listener_host', 'The name of a host or its address is allowed.');
  return {
    nodeType: nodeType === 'hop' ? 'hop' : 'execution',
    nodeId: String(nodeId),
    group: typeof group === 'number' ? group : undefined,
    peer: typeof peer === 'number' ? peer : undefined,
    listener: host === '' ? undefined : { host: String(host), port: Number(port) },
    lifetimeMs: expires === null ? undefined : Date.parse(expires as string) - now.getTime(),
  };
}

const bodySchema = Type.Object({
  token: Type.String({ maxLength: 200 }),
  node_id: Type.String({ maxLength: 253 }),
  node_type: Type.Union([Type.Literal('execution'), Type.Literal('hop')]),
  csr: Type.String({ maxLength: 20_000 }),
});
const answerSchema = Type.Object({
  node_id: Type.String(),
  node_type: bodySchema.properties.node_type,
  certificate: Type.String(),
  ca: Type.String(),
  peers: Type.Array(Type.String()),
  work_public_key: Type.String(),
  listener_port: Type.Union([Type.Integer(), Type.Null()]),
});

/** Where a machine joins: its token is all that it shows. Who shows wrong ones has to wait. */
export function addJoin(app: FastifyInstance, { context }: ApiParts): void {
  const { joining } = context;
  if (joining === undefined) return;
  const limit = new LoginLimit(() => context.now().getTime());
  refuseMethods(app, JOIN_PATH, ['GET', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'QUERY'], ['POST']);
  const refusals: Readonly<Record<number, object>> = Object.fromEntries(
    [400, 403, 409, 413, 415, 429].map((status) => [status, errorSchema]),
  );
  app.post(
    JOIN_PATH,
    {
      bodyLimit: MAX_JOIN_BYTES,
      config: { isAnonymous: true },
      attachValidation: true,
      schema: {
        tags: ['join_tokens'],
        summary: 'Become a node of the mesh, by a join token',
        security: [],
        body: bodySchema,
        response: { 200: answerSchema, ...refusals },
      },
    },
    async (request) => {
      const keys = [`join ${request.ip}`];
      const wait = await limit.enter(keys);
      if (wait > 0)
        throw new ApiError(
          429,
          { detail: 'Too many join tokens were wrong. Try again later.' },
          { 'Retry-After': String(wait) },
        );
      let isRight: boolean | undefined;
      try {
        checkValidation(request, {});
        const body = request.body as Static<typeof bodySchema>;
        if (!isNodeId(body.node_id))
          throw ApiError.invalid({
            node_id: ['Letters, digits, dots, dashes and underscores are allowed.'],
          });
        const { certificate, ca, peers, workPublicKey, listener } = await joining
          .join({
            secret: body.token,
            nodeId: body.node_id,
            nodeType: body.node_type,
            csr: body.csr,
            remoteAddress: request.ip,
          })
          .catch((error: unknown) => {
            if (error instanceof JoinError && error.code === 'refused-token') isRight = false;
            return refuse(error);
          });
        isRight = true;
        return {
          node_id: body.node_id,
          node_type: body.node_type,
          certificate,
          ca,
          peers: peers.map(({ host, port }) => `${isIP(host) === 6 ? `[${host}]` : host}:${port}`),
          work_public_key: workPublicKey,
          listener_port: listener?.port ?? null,
        };
      } finally {
        limit.left(keys, isRight);
      }
    },
  );
}

const statuses: Readonly<Record<JoinErrorCode, number>> = {
  'refused-token': 403,
  'node-exists': 409,
  'nobody-listens': 409,
  'bad-request': 400,
};

/** @throws {ApiError} the refusal as it is answered */
function refuse(error: unknown): never {
  if (!(error instanceof JoinError)) throw error;
  const { code, message, field } = error;
  throw new ApiError(
    statuses[code],
    field === undefined ? { detail: message } : { [field]: [message] },
  );
}
