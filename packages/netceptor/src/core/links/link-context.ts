import type { Logger } from '@receptorjs/primitives';
import type { Advertisements } from '../routing/advertisements.js';
import type { DataPlane } from '../data/data-plane.js';
import type { EmitEvent } from '../events.js';
import type { MessageTrace } from '../data/message-trace.js';
import type { Neighbors } from './neighbors.js';
import type { PeerAccounts } from './peer-accounts.js';
import type { Routing } from '../routing/routing.js';
import type { Work } from '../work.js';

/** The parts of a node a link works on; `Session` is the class of its links. */
export interface LinkContext<Session> {
  readonly nodeId: string;
  readonly maxIdleMs: number;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly wallTime: () => number;
  readonly neighbors: Neighbors;
  /** The established links by peer; written by the links only. */
  readonly established: Map<string, Session>;
  readonly routing: Routing;
  readonly advertisements: Advertisements;
  readonly dataPlane: DataPlane;
  readonly trace: MessageTrace | undefined;
  readonly accounts: PeerAccounts;
  readonly work: Work;
  readonly emit: EmitEvent;
  /** A link is due at that time, earlier perhaps than it had said. */
  readonly wake: (at: number) => void;
}
