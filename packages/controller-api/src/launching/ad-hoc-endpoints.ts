import { AdHocLaunch, type Passwords, type Row } from '@receptorjs/controller-core';
import type { ApiParts } from '../endpoints/api-parts.js';
import type { Call, Endpoint } from '../endpoints/endpoint.js';
import { visibleRow } from '../endpoints/resource-endpoints.js';
import { sublistEndpoints } from '../endpoints/sublist-endpoints.js';
import { checkValidation, checkValues } from '../errors/validation-errors.js';
import { may } from '../permissions/permission-table.js';
import { errorSchema, rowSchema, writeSchema } from '../resources/body-schema.js';
import { coerced } from '../resources/coerce.js';
import { fieldsMetadata } from '../resources/field-metadata.js';
import { API } from '../resources/presenter.js';
import type { Resource } from '../resources/resource.js';
import { textOf } from '../resources/values.js';
import { answerOf } from './launched-answer.js';
import { authorOf, launchPorts } from './launch-ports.js';

/** Ad hoc commands, which run by being made, and run again. */
export const adHocEndpoints = (parts: ApiParts): Endpoint[] => [
  adHocEndpoint(parts),
  inventoryAdHocEndpoint(parts),
  adHocRelaunchEndpoint(parts),
];

function commandsOf({ resources }: ApiParts): Resource {
  const commands = resources.get('ad_hoc_commands');
  if (commands === undefined) throw new Error('there are no ad hoc commands');
  return commands;
}

/** The passwords of a body; what is no text is none. */
const passwordsOf = (typed: unknown): Passwords =>
  typeof typed === 'object' && typed !== null
    ? Object.fromEntries(Object.entries(typed).map(([name, value]) => [name, textOf(value)]))
    : {};

function adHocEndpoint(parts: ApiParts): Endpoint {
  const commands = commandsOf(parts);
  return {
    path: `${API}/ad_hoc_commands/`,
    name: 'Ad Hoc Command List',
    tag: 'ad_hoc_commands',
    actions: {
      GET: fieldsMetadata(commands, 'GET'),
      POST: fieldsMetadata(commands, 'POST'),
    },
    operations: {
      GET: {
        summary: 'List ad_hoc_commands',
        isAllowed: (user) => may(user, 'ad_hoc_commands', 'read'),
        handle: (call) => parts.lister.page(commands, [], call),
      },
      POST: {
        summary: 'Run a module',
        isAllowed: (user) => may(user, 'ad_hoc_commands', 'create'),
        schema: {
          body: writeSchema(commands, true),
          response: { 201: rowSchema(commands, false), 400: errorSchema },
        },
        readBody: (body) => coerced(commands, body ?? {}),
        handle: async (call) => {
          checkValidation(call.request, commands.fields);
          return run(call.request.body as Row, commands, parts, call);
        },
      },
    },
  };
}

/** Commands on the hosts of one inventory. */
function inventoryAdHocEndpoint(parts: ApiParts): Endpoint {
  const commands = commandsOf(parts);
  const inventories = parts.resources.get('inventories');
  const path = `${API}/inventories/:id/ad_hoc_commands/`;
  const list =
    inventories && sublistEndpoints(inventories, parts).find((each) => each.path === path);
  if (!inventories || !list) throw new Error(`there is no ${path}`);
  const schema = writeSchema(commands, true);
  return {
    ...list,
    actions: { ...list.actions, POST: fieldsMetadata(commands, 'POST') },
    operations: {
      ...list.operations,
      POST: {
        summary: 'Run a module on hosts of an inventory',
        isAllowed: (user) => may(user, 'ad_hoc_commands', 'create'),
        schema: {
          body: { type: 'object' },
          response: { 201: rowSchema(commands, false), 400: errorSchema, 404: errorSchema },
        },
        handle: async (call) => {
          checkValidation(call.request, {});
          const { id } = await visibleRow(inventories, parts, call);
          const body = (call.request.body ?? {}) as Row;
          const given = coerced(commands, { ...body, inventory: id }) as Row;
          checkValues(call.request, schema, commands.fields, given);
          return run(given, commands, parts, call);
        },
      },
    },
  };
}

/** Launches a command, and answers it. */
async function run(
  { credential_passwords: typed, ...values }: Row,
  commands: Resource,
  parts: ApiParts,
  call: Call,
): Promise<Record<string, unknown>> {
  const launches = new AdHocLaunch(launchPorts(parts.context));
  const author = authorOf(parts, call, commands);
  const id = await launches.launch(values, passwordsOf(typed), author);
  call.reply.code(201);
  return answerOf(commands, id, parts, call);
}

function adHocRelaunchEndpoint(parts: ApiParts): Endpoint {
  const commands = commandsOf(parts);
  const launches = new AdHocLaunch(launchPorts(parts.context));
  return {
    path: `${API}/ad_hoc_commands/:id/relaunch/`,
    name: 'Ad Hoc Command Relaunch',
    tag: 'ad_hoc_commands',
    operations: {
      GET: {
        summary: 'What a relaunch needs',
        handle: async (call) => {
          const row = await visibleRow(commands, parts, call);
          return { passwords_needed_to_start: await launches.neededPasswords(row) };
        },
      },
      POST: {
        summary: 'Run a command again',
        isAllowed: (user) => may(user, 'ad_hoc_commands', 'start'),
        schema: {
          response: {
            201: { type: 'object', additionalProperties: true },
            400: errorSchema,
            404: errorSchema,
          },
        },
        handle: async (call) => {
          const row = await visibleRow(commands, parts, call);
          const { credential_passwords: typed } = (call.request.body ?? {}) as Row;
          const author = authorOf(parts, call, commands);
          const id = await launches.relaunch(row, passwordsOf(typed), author);
          call.reply.code(201);
          const answer = await answerOf(commands, id, parts, call);
          return { ad_hoc_command: id, ...answer };
        },
      },
    },
  };
}
