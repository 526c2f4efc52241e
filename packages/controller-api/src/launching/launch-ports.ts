import type { LaunchAuthor, LaunchPorts } from '@receptorjs/controller-core';
import type { ApiContext } from '../api-context.js';
import { actorOf, type ApiParts } from '../endpoints/api-parts.js';
import type { Call } from '../endpoints/endpoint.js';
import type { Resource } from '../resources/resource.js';
import { variablesOf } from '../resources/variables.js';
import { START_ARGUMENTS } from '../secrets/start-arguments.js';

/** What launches are made over. */
export const launchPorts = ({ store, inTransaction, secrets }: ApiContext): LaunchPorts => ({
  store,
  inTransaction,
  lockPasswords: (passwords) => secrets.lock(JSON.stringify(passwords), START_ARGUMENTS),
  readVariables: variablesOf,
});

/** Who launches by a call; the activity is recorded as the making of the first job. */
export const authorOf = (
  { recorder }: ApiParts,
  call: Call,
  resource: Resource,
  changesOf: (jobs: readonly number[]) => Readonly<Record<string, unknown>> = () => ({}),
): LaunchAuthor => ({
  userId: call.user.id,
  record: (store, jobs) =>
    recorder.record(store, actorOf(call), {
      operation: 'create',
      resource,
      id: jobs[0] ?? 0,
      changes: changesOf(jobs),
    }),
});
