import { isJsonObject } from '@receptorjs/control-protocol';
import { print, printJson } from '../output/terminal.js';
import type { Session } from '../session.js';

/** Prints which lines the node logs, after changing that where a level is given. */
export async function logLevel(
  session: Session,
  level: string | undefined,
  { json }: { json?: boolean },
): Promise<void> {
  const request = { command: 'log-level', ...(level === undefined ? {} : { level }) };
  const reply = await session.first.request(request);
  const found = isJsonObject(reply) ? reply['LogLevel'] : undefined;
  if (json) printJson(reply);
  else print(typeof found === 'string' ? found : '');
}
