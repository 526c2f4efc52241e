import type { JsonObject, JsonValue } from '@receptorjs/control-protocol';
import { badRequest } from '../errors.js';
import type { ReloadChanges, ReloadHandler } from '../handlers.js';
import { keyword, type Request } from './request.js';

/**
 * Answers `reload`; without a handler as a node that was started without a configuration file. `reload plan`, or the JSON
 * field `plan`, asks for what would change, which is reported and not done.
 */
export async function reloadReply(
  request: Request,
  reload: ReloadHandler | undefined,
): Promise<JsonValue> {
  if (!reload) {
    return {
      Error: 'no configuration file was provided, reload function not set ERRORCODE 4',
      Success: false,
    };
  }
  const planOnly = asksForPlan(request);
  const outcome = await reload({ planOnly });
  const plan = planOnly && outcome.changes ? { Plan: changesRecord(outcome.changes) } : {};
  return outcome.success
    ? { ...plan, Success: true }
    : { Error: outcome.error, ...plan, Success: false };
}

/** What is neither yes nor no is refused: it may have been meant as the harmless one. */
function asksForPlan(request: Request): boolean {
  if (request.form === 'line') return keyword(request.text.trim()) === 'plan';
  const { plan = false } = request.fields;
  if (typeof plan === 'boolean') return plan;
  throw badRequest('reload plan must be true or false');
}

function changesRecord({ opened, closed, changed, kept }: ReloadChanges): JsonObject {
  return { Change: [...changed], Close: [...closed], Keep: [...kept], Open: [...opened] };
}
