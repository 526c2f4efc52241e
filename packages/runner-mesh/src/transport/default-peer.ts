import { stat } from 'node:fs/promises';
import { LocalNode, type LocalNodeOptions } from './local-node.js';
import { DEFAULT_PORT } from './peer-address.js';

/** Where nodes of this machine have their control sockets by custom. */
const SOCKETS = ['/run/receptor/receptor.sock', '/run/receptor.sock'];

/** What the peer is called when none is named and no control socket is found. */
export const DEFAULT_PEER = `receptor://localhost:${DEFAULT_PORT}`;

/** The control sockets to look for, the first first: that of `RECEPTORCTL_SOCKET`, and the customary ones. */
export function socketsToTry(environment: Readonly<Record<string, string | undefined>>): string[] {
  const named = environment.RECEPTORCTL_SOCKET?.replace(/^unix:(?:\/\/)?/, '');
  return named === undefined || named === '' || named.includes(':') ? SOCKETS : [named, ...SOCKETS];
}

/**
 * The node of this machine by the first control socket that a process listens on; `undefined` when there is none.
 *
 * @throws {NodeRunError} `peer-timeout`; the signal's reason
 */
export async function openDefaultSocket(
  sockets: readonly string[],
  options: LocalNodeOptions,
): Promise<LocalNode | undefined> {
  for (const path of sockets) {
    if ((await stat(path).catch(() => undefined))?.isSocket() !== true) continue;
    try {
      return await LocalNode.open(path, options);
    } catch (error) {
      // A socket that is left over, or another user's.
      if (!(error instanceof Error && 'code' in error && error.code === 'no-peer')) throw error;
    }
  }
  return undefined;
}
