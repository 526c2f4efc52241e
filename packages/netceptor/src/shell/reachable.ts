import { onAbort } from '@receptorjs/primitives';
import { abortSignal, number, optional, type OptionChecks } from '@receptorjs/validation';
import { MeshError } from '../errors.js';
import type { LinkFailure } from '../core/events.js';

/** How to wait for a route to a node. */
export interface ReachableOptions {
  /** Milliseconds after which the wait ends with an error; default 30,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** What {@link waitForRoute} needs of a node. */
export interface RoutedNode {
  readonly nodeId: string;
  resolve(nodeId: string): string;
  isReachable(nodeId: string): boolean;
  links(): { readonly length: number };
  on(event: 'route' | 'close', listener: () => void): unknown;
  off(event: 'route' | 'close', listener: () => void): unknown;
}

export const reachableChecks: OptionChecks<ReachableOptions> = {
  timeoutMs: optional(number),
  signal: optional(abortSignal),
};

/**
 * Resolves when there is a route from a node to another.
 *
 * @param failures - The links that failed last and have not come up since.
 * @throws {MeshError} `timeout`, with what is known of links that failed; `canceled`, `shutdown`
 */
export function waitForRoute(
  node: RoutedNode,
  nodeId: string,
  { timeoutMs = 30_000, signal }: ReachableOptions,
  failures: () => readonly LinkFailure[],
): Promise<void> {
  const isThere = (): boolean => node.resolve(nodeId) === node.nodeId || node.isReachable(nodeId);
  if (signal?.aborted === true) return Promise.reject(canceled());
  if (isThere()) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const done = (error?: MeshError): void => {
      clearTimeout(timer);
      stopListening();
      node.off('route', onRoute);
      node.off('close', onClose);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onRoute = (): void => {
      if (isThere()) done();
    };
    const onClose = (): void => done(new MeshError('shutdown', 'netceptor shutdown'));
    const timer = setTimeout(
      () => done(tooLate(nodeId, timeoutMs, failures(), node.links().length)),
      timeoutMs,
    );
    const stopListening = onAbort(signal, () => done(canceled()));
    node.on('route', onRoute);
    node.on('close', onClose);
  });
}

const canceled = (): MeshError => new MeshError('canceled', 'user cancelled');

function tooLate(
  nodeId: string,
  timeoutMs: number,
  failures: readonly LinkFailure[],
  links: number,
): MeshError {
  const why = failures.map(({ link, reason }) => `; ${link}: ${reason}`).join('');
  return new MeshError('timeout', `no route to ${nodeId} within ${timeoutMs} ms${why}`, {
    hint:
      links === 0
        ? 'This node has no links: dial a peer, or listen and let one dial.'
        : `This node has ${links} links, and none leads there.`,
  });
}
