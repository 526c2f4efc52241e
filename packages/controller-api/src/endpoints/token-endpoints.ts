import type { Row } from '@receptorjs/controller-core';
import { digestOf, newSecret } from '../authentication/secrets.js';
import { ApiError } from '../errors/api-error.js';
import { checkValidation } from '../errors/validation-errors.js';
import { isVisibleTo } from '../permissions/visible-rows.js';
import { errorSchema, pageSchema, rowSchema, writeSchema } from '../resources/body-schema.js';
import { coerced } from '../resources/coerce.js';
import { fieldsMetadata } from '../resources/field-metadata.js';
import { API } from '../resources/presenter.js';
import type { Resource } from '../resources/resource.js';
import { rowOf } from '../resources/row-lookup.js';
import { equals } from '../query/criteria.js';
import { actorOf, type ApiParts } from './api-parts.js';
import type { Call, Endpoint, Operation } from './endpoint.js';
import { listParameters } from './list-parameters.js';

/** As with the original: a thousand years. */
const TOKEN_SECONDS = 31_536_000_000;

const metadata = (tokens: Resource) => ({
  GET: fieldsMetadata(tokens, 'GET'),
  POST: fieldsMetadata(tokens, 'POST'),
});

/** Tokens: those of oneself, and those below a user. Who makes one is told it, once. */
export function tokenEndpoints(parts: ApiParts): Endpoint[] {
  const { resources, lister } = parts;
  const tokens = resources.get('tokens');
  const users = resources.get('users');
  if (!tokens || !users) throw new Error('there are no tokens');
  const below = ['tokens', 'personal_tokens'].map((name): Endpoint => ({
    path: `${API}/users/:id/${name}/`,
    name: 'User Personal Access Token List',
    tag: 'tokens',
    actions: metadata(tokens),
    operations: {
      GET: {
        summary: 'Tokens of a user',
        schema: {
          querystring: listParameters,
          response: { 200: pageSchema(rowSchema(tokens, true)), 404: errorSchema },
        },
        handle: async (call) => {
          const user = await userOf(users, parts, call);
          return lister.page(tokens, [equals('user', Number(user['id']))], call);
        },
      },
      POST: createToken(tokens, parts, async (call) => {
        const user = await userOf(users, parts, call);
        if (user['id'] !== call.user.id) throw ApiError.forbidden();
      }),
    },
  }));
  return [
    {
      path: `${API}/tokens/`,
      name: 'Access Token List',
      tag: 'tokens',
      actions: metadata(tokens),
      operations: {
        GET: {
          summary: 'Tokens',
          schema: {
            querystring: listParameters,
            response: { 200: pageSchema(rowSchema(tokens, true)) },
          },
          handle: (call) => lister.page(tokens, [], call),
        },
        POST: createToken(tokens, parts, () => Promise.resolve()),
      },
    },
    ...below,
  ];
}

async function userOf(users: Resource, { context }: ApiParts, call: Call): Promise<Row> {
  const { id = '' } = call.request.params as { id?: string };
  const row = await rowOf(context.store, users, id);
  if (!isVisibleTo(call.user, users, row)) throw ApiError.notFound();
  return row;
}

function createToken(
  tokens: Resource,
  { context, presenter, recorder }: ApiParts,
  check: (call: Call) => Promise<void>,
): Operation {
  return {
    summary: 'Make a token for oneself',
    schema: {
      body: writeSchema(tokens, true),
      response: { 201: rowSchema(tokens, false), 400: errorSchema },
    },
    readBody: (body) => coerced(tokens, body ?? {}),
    handle: async (call) => {
      checkValidation(call.request, tokens.fields);
      await check(call);
      const { description = '', scope = 'write', application = null } = call.request.body as Row;
      if (application !== null)
        throw ApiError.invalid({ application: ['Only personal tokens, without one, are made.'] });
      if (typeof description === 'string' && description.includes('\0'))
        throw ApiError.invalid({ description: ['Null characters are not allowed.'] });
      const token = newSecret();
      const row = await context.store.transaction(async (store) => {
        const expires = new Date(context.now().getTime() + TOKEN_SECONDS * 1000);
        const user = call.user.id;
        const values = { user, description, scope, expires, token_hash: digestOf(token) };
        const id = await store.insert('tokens', values);
        const changes = { user, description, scope };
        const activity = { operation: 'create', resource: tokens, id, changes } as const;
        await recorder.record(store, actorOf(call), activity);
        return store.get('tokens', id);
      });
      if (row === undefined) throw ApiError.notFound();
      call.reply.code(201);
      return { ...(await presenter.one(tokens, row, call.user)), token };
    },
  };
}
