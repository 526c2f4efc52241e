import type { ControlClient } from '@receptorjs/control-client';
import { isJsonObject, isUnknownUnit } from '@receptorjs/control-protocol';
import { errorText } from '@receptorjs/primitives';
import { Failure } from '../failure.js';
import { print, printError, printJson } from '../output/terminal.js';
import type { Session } from '../session.js';

/**
 * Does the same to each unit and stops at the first that fails, after what was done is printed.
 *
 * @param options.passUnknown whether a unit that is not known any more is no failure
 * @throws {Failure}
 */
export async function onUnits(
  session: Session,
  verb: 'cancel' | 'release' | 'force-release',
  unitIds: readonly string[],
  {
    json,
    tell = print,
    passUnknown = false,
  }: {
    readonly json: boolean | undefined;
    readonly tell?: (line: string) => void;
    readonly passUnknown?: boolean;
  },
): Promise<void> {
  const outcomes: Record<string, string> = {};
  await withClient(session, async (client) => {
    for (const unitId of unitIds) {
      try {
        const reply = await client.request(`work ${verb} ${unitId}`);
        const [outcome = '', id] = Object.entries(isJsonObject(reply) ? reply : {})[0] ?? [];
        outcomes[unitId] = outcome;
        if (!json) tell(`(${typeof id === 'string' ? id : ''}, ${outcome})`);
      } catch (error) {
        if (passUnknown && isUnknownUnit(error)) continue;
        if (json) printJson(outcomes);
        printError(`${unitId}: ERROR: ${errorText(error)}`);
        throw new Failure(1);
      }
    }
  });
  if (json) printJson(outcomes);
}

/** Runs something on a connection of its own. */
export async function withClient<T>(
  session: Session,
  run: (client: ControlClient) => Promise<T>,
): Promise<T> {
  const client = await session.connect();
  try {
    return await run(client);
  } finally {
    client.close();
  }
}
