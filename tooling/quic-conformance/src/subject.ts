import type { QuicEngine, QuicEngineOptions } from '@receptorjs/quic-engine';
import type { TestIdentities } from './identities.js';

/** What the cases are given; ready when they run. */
export interface Subject {
  readonly load: (options?: QuicEngineOptions) => Promise<QuicEngine>;
  readonly engine: QuicEngine;
  readonly identities: TestIdentities;
  /** Leaves out what takes long. */
  readonly short: boolean;
  /** Whether the engine tells the peer in words why its own check of the chain failed. */
  readonly explainsChains: boolean;
  /** Whether chains of optional client certificates may end at a CA that is no root. */
  readonly endsChainsAnywhere: boolean;
}

/** What engines may differ in. */
export type EngineTraits = Pick<Subject, 'explainsChains' | 'endsChainsAnywhere'> & {
  readonly short?: boolean;
};
