import { errorText } from '@receptorjs/primitives';
import { ControlClient, type Payload, type SubmitResult } from '@receptorjs/control-client';
import { isJsonObject, type JsonValue } from '@receptorjs/control-protocol';
import { Failure } from '../failure.js';
import { Interruption } from './interruption.js';
import { sayWhyNotStarted } from './not-started.js';
import { remoteError } from './remote-error.js';
import { results } from './results-verb.js';
import type { Session } from '../session.js';
import { paramsOf, payloadOf, type PayloadOptions } from './submit-options.js';
import {
  onOutputFailure,
  print,
  printJson,
  printNotice,
  printWarning,
} from '../output/terminal.js';
import { hasColour, isSeen } from '../output/terminal-table.js';
import { lastOutputs, unitTable } from '../output/unit-table.js';
import { onUnits, withClient } from './on-units.js';
import { releaseInterrupted, reportInterrupted } from './unit-interrupted.js';

export { release } from './release-verb.js';
export { results } from './results-verb.js';
export { watch } from './watch-verb.js';

export interface SubmitOptions extends PayloadOptions {
  readonly node?: string | undefined;
  readonly tlsClient?: string | undefined;
  readonly ttl?: string | undefined;
  readonly signwork?: boolean | undefined;
  readonly follow?: boolean | undefined;
  readonly rm?: boolean | undefined;
  readonly param: readonly string[];
  readonly json?: boolean | undefined;
}

/** Exit code of a submission that failed. */
const SUBMIT_FAILED = 101;

export async function submit(
  session: Session,
  workType: string,
  words: readonly string[],
  options: SubmitOptions,
): Promise<void> {
  if (options.rm && !options.follow) {
    printWarning('using --rm without --follow. Unit results will never be seen.');
  }
  const payload = await payloadOf(options);
  const interruption = new Interruption(() => {
    printNotice(
      options.rm
        ? 'Interrupted: the unit is released (again to end at once)'
        : 'Interrupted (again to end at once)',
    );
  });
  const endAtOnce = onOutputFailure((exit) => {
    interruption.outputFailed(exit);
  });
  const unit: { id?: string } = {};
  try {
    try {
      await run(session, { workType, words, payload, signal: interruption.signal, unit }, options);
    } finally {
      if (unit.id !== undefined) await settle(session, unit.id, interruption.hasCome(), options);
    }
  } catch (error) {
    if (!interruption.hasCome()) throw error;
  } finally {
    endAtOnce();
    interruption.end();
  }
}

/** What a submission is made of; the ID of its unit is noted as soon as there is one. */
interface Submitting {
  readonly workType: string;
  readonly words: readonly string[];
  readonly payload: Payload;
  readonly signal: AbortSignal;
  readonly unit: { id?: string };
}

/** Submits a unit and, when asked to, prints its output until it ends. */
async function run(
  session: Session,
  { workType, words, payload, signal, unit }: Submitting,
  options: SubmitOptions,
): Promise<void> {
  try {
    // not ended by the signal: only a unit whose ID is known can be canceled
    const submission = await openSubmission(session, workType, words, options);
    const unitId = submission.unitId;
    unit.id = unitId;
    const reply = await remoteError('Remote error: ERROR: ', () =>
      submission.send(payload, { signal }),
    );
    if (reply.result === 'Job Submitted') {
      await sayWhyNotStarted(session, { unitId, node: options.node ?? 'the node' });
    }
    if (options.follow) await results(session, unitId, { signal });
    else report(reply, options.json);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(SUBMIT_FAILED, errorText(error));
  }
}

/** Releases the unit if that is wanted; else says, after an interruption, what can be done with it. */
async function settle(
  session: Session,
  unitId: string,
  interrupted: boolean,
  { rm, json }: SubmitOptions,
): Promise<void> {
  if (rm && !interrupted)
    await onUnits(session, 'release', [unitId], {
      json,
      tell: isSeen() || json ? print : printNotice,
    });
  else if (rm) await releaseInterrupted(session, unitId, json);
  else if (interrupted) await reportInterrupted(session, unitId);
}

async function openSubmission(
  session: Session,
  workType: string,
  words: readonly string[],
  { node, tlsClient, ttl, signwork, param }: SubmitOptions,
) {
  const taken = [
    ...(tlsClient ? ['tlsclient'] : []),
    ...(ttl ? ['ttl'] : []),
    ...(signwork ? ['signwork'] : []),
  ];
  const params = await paramsOf(param, words, taken);
  return remoteError('Failed to start work unit: ', () =>
    session.first.openSubmission({
      node: node === undefined || node === '' ? 'localhost' : node,
      workType,
      params,
      tlsClient: tlsClient === '' ? undefined : tlsClient,
      ttl: ttl === '' ? undefined : ttl,
      signWork: signwork,
    }),
  );
}

function report({ result, unitId }: SubmitResult, json: boolean | undefined): void {
  if (json) printJson({ result, unitid: unitId });
  else {
    print(`Result: ${result}`);
    print(`Unit ID: ${unitId}`);
  }
}

/** Which units are listed, and how. */
export interface ListOptions {
  readonly quiet?: boolean | undefined;
  readonly node?: string | undefined;
  readonly unitId?: string | undefined;
  readonly tlsClient?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Lists units: a table on a terminal, else JSON. */
export async function list(
  session: Session,
  { quiet, node, unitId, tlsClient, json }: ListOptions,
): Promise<void> {
  const client =
    node === undefined || node === ''
      ? session.first
      : ControlClient.over(await session.first.connectService(node, 'control', { tlsClient }));
  const units = await client.request(`work list${unitId ? ` ${unitId}` : ''}`);
  client.close();
  if (!quiet) showUnits(units, json);
  else if (isJsonObject(units)) for (const id of Object.keys(units)) print(id);
}

/**
 * Shows how far units are: a table on a terminal, with the last output of failed ones, else JSON as `work list` prints it.
 *
 * @throws {ControlError} for a unit the node does not know
 */
export async function status(
  session: Session,
  unitIds: readonly string[],
  { json }: { json?: boolean | undefined },
): Promise<void> {
  const units: Record<string, JsonValue> = {};
  await withClient(session, async (client) => {
    for (const id of unitIds) units[id] = await client.request(`work status ${id}`);
  });
  showUnits(units, json);
  if (json !== true && isSeen()) process.stdout.write(lastOutputs(units));
}

function showUnits(units: JsonValue, json: boolean | undefined): void {
  if (json !== true && isSeen()) process.stdout.write(unitTable(units, hasColour()));
  else printJson(units);
}

export async function cancel(
  session: Session,
  unitIds: readonly string[],
  { json }: { json?: boolean | undefined },
): Promise<void> {
  if (unitIds.length === 0) {
    printWarning('No unit IDs supplied: Not doing anything');
    return;
  }
  if (!json) print('Cancelled:');
  await onUnits(session, 'cancel', unitIds, { json });
}
