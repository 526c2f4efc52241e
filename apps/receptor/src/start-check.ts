import type { Action } from '@receptorjs/receptor-config';
import { nodeIdOf } from '@receptorjs/receptor-config';
import type { Log } from './log.js';
import { messageOf } from './placed.js';
import { TlsConfigs } from './tls-configs.js';

/**
 * What would keep a node from starting with a configuration that is good in itself, as far as it can be told without
 * opening anything: files of TLS configurations. Each as `FILE:LINE:COLUMN: text`.
 */
export async function startMistakes(
  actions: readonly Action[],
  hostname: string,
): Promise<string[]> {
  const mistakes: string[] = [];
  const tlsActions = actions.filter(({ action }) => action.startsWith('tls-'));
  if (tlsActions.length === 0) return mistakes;
  const tls = new TlsConfigs(nodeIdOf(actions, hostname), quiet);
  for (const action of tlsActions) {
    try {
      tls.release(await tls.prepare([], [action]));
    } catch (error) {
      const { origin } = action;
      const at =
        origin === 'command line' ? '' : `${origin.file}:${origin.line}:${origin.column}: `;
      mistakes.push(`${at}${messageOf((error as Error).cause)}`);
    }
  }
  return mistakes;
}

const quiet: Log = {
  error: () => undefined,
  warning: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};
