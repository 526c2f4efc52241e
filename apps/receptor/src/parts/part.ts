import type { MeshNode } from '@receptorjs/netceptor';
import type { StreamHost } from '@receptorjs/netceptor-streams';
import type { ActionName, Fields } from '@receptorjs/receptor-config';
import type { Workceptor } from '@receptorjs/workceptor';
import type { Log } from '../log/log.js';
import type { TlsConfigs } from '../tls-configs.js';
import type { KubernetesSettings } from './kubernetes-settings.js';

/** Something that runs for one action of the configuration. */
export interface Part {
  close(): unknown;
}

/** What parts are started with. */
export interface PartContext {
  readonly node: MeshNode;
  readonly streams: StreamHost;
  readonly work: Workceptor;
  readonly tls: TlsConfigs;
  readonly log: Log;
  /** The folder of the units of work. */
  readonly dataDir: string;
  readonly version: string;
  /** Variables of OpenTelemetry that commands must not inherit. */
  readonly collectorCredentials: Readonly<Record<string, string | undefined>> | undefined;
  /** How clusters of Kubernetes are asked. */
  readonly kubernetes: KubernetesSettings;
  /** How many connections the control service has. */
  readonly controlConnections: () => number;
  /** Why the node is not ready, or nothing when it is. */
  readonly unready: () => string | undefined;
}

/** Starts the part of an action; rejects when it can't be started, and nothing of it is left then. */
export type StartPart<N extends ActionName> = (
  fields: Fields<N>,
  context: PartContext,
) => Promise<Part>;

/** How the parts of some actions are started. */
export type PartStarters = { readonly [N in ActionName]?: StartPart<N> };
