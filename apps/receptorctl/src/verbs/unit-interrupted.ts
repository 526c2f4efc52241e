import { errorText } from '@receptorjs/primitives';
import { isFinal, isUnknownUnit, stateName } from '@receptorjs/control-protocol';
import { Failure } from '../failure.js';
import type { Session } from '../session.js';
import { print, printError, printJson, printNotice } from '../output/terminal.js';
import { isSeen } from '../output/terminal-table.js';

/** Milliseconds for the question what has become of the unit. */
const ASK_MS = 2_000;

/** Says on stderr what has become of a unit whose submission or output was interrupted, and what can be done with it. */
export async function reportInterrupted(session: Session, unitId: string): Promise<void> {
  const command = `receptorctl${session.socketOption}`;
  try {
    const client = await session.connect();
    const { state, detail } = await client.workStatus(unitId, { timeoutMs: ASK_MS });
    client.close();
    const name = stateName(state);
    const shown = name === detail ? name : `${name} (${detail})`;
    printNotice(
      isFinal(state)
        ? `Unit ${unitId} has ended: ${shown}. To see its output: ${command} work results ${unitId}; to remove it: ${command} work release ${unitId}`
        : `Unit ${unitId} goes on: ${shown}. To follow it: ${command} work results ${unitId}; to cancel it: ${command} work cancel ${unitId}`,
    );
  } catch (error) {
    printNotice(
      isUnknownUnit(error)
        ? `Unit ${unitId} was released before it had all of its stdin: it never starts`
        : `Unit ${unitId} may go on (${errorText(error)}). To follow it: ${command} work results ${unitId}; to cancel it: ${command} work cancel ${unitId}`,
    );
  }
}

/**
 * Cancels a unit and then releases it, whatever state it is in.
 *
 * @throws {Failure} when it could not be released; the reason was printed
 */
export async function releaseInterrupted(
  session: Session,
  unitId: string,
  json: boolean | undefined,
): Promise<void> {
  try {
    const client = await session.reconnect();
    // the release says what is wrong, if anything is
    await client.workCancel(unitId).catch(() => undefined);
    const outcome = await client
      .workRelease(unitId)
      .then((done) => (done ? 'released' : 'release pending'))
      .catch(unlessUnknown);
    client.close();
    if (json) printJson({ [unitId]: outcome });
    else (isSeen() ? print : printNotice)(`(${unitId}, ${outcome})`);
  } catch (error) {
    printError(`${unitId}: ERROR: ${errorText(error)}`);
    throw new Failure(1);
  }
}

/** A unit that is not known has been released already. */
function unlessUnknown(error: unknown): 'released' {
  if (isUnknownUnit(error)) return 'released';
  throw error;
}
