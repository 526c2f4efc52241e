import { errorText } from '@receptorjs/primitives';
import { checkSocketFolder } from '@receptorjs/control-service/internal';
import { factsOf, nodeIdOf, type Action } from '@receptorjs/receptor-config';
import type { Log } from '../log/log.js';
import { checkNamedFiles } from './named-files.js';
import { relation } from '../with-location.js';
import { TlsConfigs } from '../tls-configs.js';

/**
 * What would keep a node from starting with a configuration that is good in itself, as far as it can be seen without
 * opening anything: files and folders of sockets that are not there, and those of TLS configurations. Each as `FILE:LINE:COLUMN: text`.
 */
export async function startMistakes(
  actions: readonly Action[],
  hostname: string,
): Promise<string[]> {
  const tls = new TlsConfigs(nodeIdOf(actions, hostname), quiet);
  const mistakes: string[] = [];
  for (const action of actions) {
    try {
      await checkNamedFiles(action);
      const { unixSocket } = factsOf(action);
      if (unixSocket) await checkSocketFolder(unixSocket);
      if (action.action.startsWith('tls-')) tls.release(await tls.prepare([], [action]));
    } catch (error) {
      const { origin } = action;
      const at =
        origin === 'command line' ? '' : `${origin.file}:${origin.line}:${origin.column}: `;
      // an error that names its location already has the plain one as its cause
      const plain = action.action.startsWith('tls-') ? (error as Error).cause : error;
      mistakes.push(`${at}${errorText(plain)}${relation(plain)}`);
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
