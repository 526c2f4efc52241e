import { addressOrigin, localOrigin, nodeOrigin, type Origin } from '@receptorjs/quotas';
import type { RequestOrigin } from './handlers.js';

/** Whom a connection is counted for: the local socket, an address, or a node of the mesh. */
export function quotaOrigin({ transport, from }: RequestOrigin): Origin {
  if (transport === 'unix') return localOrigin;
  return transport === 'tcp' ? addressOrigin(from) : nodeOrigin(from ?? 'unknown');
}
