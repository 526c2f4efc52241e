import type { MeshStatus } from '../core/core.js';
import { oneLine } from '../wire/one-line.js';
import type { Logger } from '../logger.js';

/** Logs what links and routes there are now, one line each. */
export function logRoutes(log: Logger, { knownConnectionCosts, routingTable }: MeshStatus): void {
  log.info('Known Connections:');
  for (const [nodeId, peers] of Object.entries(knownConnectionCosts)) {
    const costs = Object.entries(peers).map(([peer, cost]) => `${peer}(${cost.toFixed(2)})`);
    log.info(oneLine(`   ${nodeId}: ${costs.join(' ')}`));
  }
  log.info('Routing Table:');
  for (const [nodeId, via] of Object.entries(routingTable))
    log.info(oneLine(`   ${nodeId} via ${via}`));
}
