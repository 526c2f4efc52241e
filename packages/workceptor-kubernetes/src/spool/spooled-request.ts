import type { KubeData } from '../extra-data.js';
import type { PodRequest } from '../pod/manifest.js';
import { withSpool, type SpoolUse } from './with-spool.js';

/** What decides whether a pod gets a spool. */
export interface SpoolDecision {
  readonly request: PodRequest;
  readonly outputSpool: SpoolUse;
  readonly data: () => KubeData;
  readonly save: (change: Partial<KubeData>) => void;
  /** Whether the login may read it. */
  readonly maySpool: () => Promise<boolean>;
}

/**
 * The pod with a spool, where that is possible and lets its output be read; what comes of that is stored. One that an earlier daemon has
 * asked for is as it was then.
 */
export async function spooledRequest(decision: SpoolDecision): Promise<PodRequest | undefined> {
  const { request, outputSpool, data, save, maySpool } = decision;
  const { PodName, Spool } = data();
  const wasAskedFor = PodName !== '';
  if (wasAskedFor && Spool === undefined) return undefined;
  const pod = withSpool(request.pod, wasAskedFor ? 'always' : outputSpool);
  if (!wasAskedFor) {
    const hasSpool = pod !== undefined && (await maySpool());
    save({ Spool: hasSpool ? 'on' : undefined });
    if (!hasSpool) return undefined;
  }
  return pod && { ...request, pod };
}
