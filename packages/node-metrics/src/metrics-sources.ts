import type { MeshNode } from '@receptorjs/netceptor';
import type { StreamHost } from '@receptorjs/netceptor-streams';
import type { Workceptor } from '@receptorjs/workceptor';

/** A certificate whose end is watched. */
export interface WatchedCertificate {
  /** Name of the TLS configuration that it belongs to. */
  readonly config: string;
  readonly kind: 'tls-server' | 'tls-client';
  /** Milliseconds since 1970. */
  readonly notAfterMs: number;
}

/** What the metrics of a node are read from, each time somebody asks for them. Metrics of a part that is absent are absent. */
export interface MetricsSources {
  readonly node: MeshNode;
  readonly version: string;
  readonly streams?: StreamHost | undefined;
  readonly work?: Workceptor | undefined;
  /** How many connections the control service has. */
  readonly controlConnections?: (() => number) | undefined;
  /** A folder on the disk of the units of work. */
  readonly dataDir?: string | undefined;
  /** The certificates in use now. */
  readonly certificates?: (() => Iterable<WatchedCertificate>) | undefined;
}
