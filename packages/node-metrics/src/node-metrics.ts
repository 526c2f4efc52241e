import { stateName } from '@receptorjs/control-protocol';
import {
  callback,
  object,
  optional,
  text,
  validateOptions,
  withMethods,
} from '@receptorjs/validation';
import type { Workceptor } from '@receptorjs/workceptor';
import { statfs } from 'node:fs/promises';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { MetricsSources } from './metrics-sources.js';

/** Puts the values of one metric in the place of those it had. */
type Fill<L extends string> = (
  set: (labels: Readonly<Record<L, string>>, value: number) => void,
) => void | Promise<void>;

/**
 * The metrics of one node, read from its parts whenever they are asked for; between two requests nothing is counted here. Those of
 * the process (CPU, memory, event loop, garbage collection) have the names of prom-client.
 *
 * See docs/decisions/0118-metrics-by-prom-client.md.
 */
export class NodeMetrics {
  readonly #registry = new Registry();

  /** @throws {TypeError} `invalid-argument` */
  constructor(sources: MetricsSources) {
    validateOptions<MetricsSources>('new NodeMetrics', sources, {
      node: withMethods('a MeshNode', 'links', 'drops', 'statusInSteps'),
      version: text,
      streams: optional(object),
      work: optional(withMethods('a Workceptor', 'unitCounts')),
      controlConnections: optional(callback),
      dataDir: optional(text),
      certificates: optional(callback),
    });
    collectDefaultMetrics({ register: this.#registry });
    this.#ofNode(sources);
    this.#ofLinks(sources);
    this.#ofWork(sources);
  }

  /** MIME type of {@link read}. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics in the text format of Prometheus. */
  read(): Promise<string> {
    return this.#registry.metrics();
  }

  #ofNode({ node, version, streams, certificates, controlConnections }: MetricsSources): void {
    this.#gauge('info', 'What runs here; always 1.', ['node_id', 'version'], (set) => {
      set({ node_id: node.nodeId, version }, 1);
    });
    this.#gauge('known_nodes', 'Nodes that this node has a route to.', [], async (set) => {
      const { routingTable } = await node.statusInSteps();
      set({}, Object.keys(routingTable).length);
    });
    this.#gauge('open_services', 'Services that are open on this node.', [], (set) => {
      set({}, node.openServices);
    });
    this.#counter(
      'dropped_messages_total',
      'Messages that this node did not deliver or hand on, by the reason.',
      ['reason'],
      (set) => {
        for (const [reason, count] of node.drops()) set({ reason }, count);
      },
    );
    this.#gauge(
      'mesh_entries',
      'What this node remembers of the mesh, by what it is.',
      ['kind'],
      (set) => {
        for (const [kind, count] of Object.entries(node.sizes)) {
          set({ kind: words(kind) }, Number(count));
        }
      },
    );
    if (controlConnections) {
      this.#gauge('control_connections', 'Connections of the control service.', [], (set) => {
        set({}, controlConnections());
      });
    }
    if (streams) {
      this.#gauge('open_streams', 'Streams that are open or being opened.', [], (set) => {
        set({}, streams.openStreams);
      });
    }
    if (certificates) {
      this.#gauge(
        'certificate_expiry_timestamp_seconds',
        'When a certificate of this node expires, in seconds since 1970.',
        ['config', 'kind'],
        (set) => {
          for (const { config, kind, notAfterMs } of certificates()) {
            set({ config, kind }, notAfterMs / 1_000);
          }
        },
      );
    }
  }

  #ofLinks({ node }: MetricsSources): void {
    const links = ['peer', 'link'] as const;
    this.#gauge('link_up', 'An established link; always 1.', links, (set) => {
      for (const { nodeId, description } of node.links()) set(labels(nodeId, description), 1);
    });
    this.#gauge(
      'link_rtt_seconds',
      'Smoothed round-trip time of a link whose peer answers probes.',
      links,
      (set) => {
        for (const { nodeId, description, rttMs } of node.links()) {
          if (rttMs !== undefined) set(labels(nodeId, description), rttMs / 1_000);
        }
      },
    );
    const traffic = [
      ['received_bytes', 'Bytes of messages received', 'receivedBytes'],
      ['received_messages', 'Messages received', 'receivedMessages'],
      ['sent_bytes', 'Bytes of messages queued to be sent', 'sentBytes'],
      ['sent_messages', 'Messages queued to be sent', 'sentMessages'],
      ['dropped_data_messages', 'Data messages that found the queue full', 'droppedData'],
      [
        'dropped_control_messages',
        'Pings and the like that found the queue full',
        'droppedControl',
      ],
    ] as const;
    for (const [name, what, key] of traffic) {
      this.#counter(`link_${name}_total`, `${what}, since the link was opened.`, links, (set) => {
        for (const link of node.links()) {
          const count = link.traffic?.[key];
          if (count !== undefined) set(labels(link.nodeId, link.description), count);
        }
      });
    }
    this.#gauge('link_queued_bytes', 'Bytes of data that wait to be sent.', links, (set) => {
      for (const { nodeId, description, traffic: counts } of node.links()) {
        if (counts?.queuedBytes !== undefined) set(labels(nodeId, description), counts.queuedBytes);
      }
    });
  }

  #ofWork({ work, dataDir }: MetricsSources): void {
    if (work) {
      this.#gauge(
        'work_units',
        'Units of work that are not released, by type and state.',
        ['work_type', 'state'],
        (set) => {
          for (const [workType, states] of work.unitCounts()) {
            for (const [state, count] of states) {
              set({ work_type: workType, state: stateName(state) }, count);
            }
          }
        },
      );
    }
    if (work) this.#ofQueues(work);
    if (dataDir !== undefined) {
      const disk = async (): Promise<{ free: number; size: number } | undefined> => {
        try {
          const { bavail, blocks, bsize } = await statfs(dataDir);
          return { free: bavail * bsize, size: blocks * bsize };
        } catch {
          return undefined; // absent, as the folder is
        }
      };
      this.#gauge('disk_free_bytes', 'Free bytes of the disk of the units.', [], async (set) => {
        const found = await disk();
        if (found) set({}, found.free);
      });
      this.#gauge('disk_size_bytes', 'Size of the disk of the units.', [], async (set) => {
        const found = await disk();
        if (found) set({}, found.size);
      });
    }
  }

  #ofQueues(work: Workceptor): void {
    const counts = [
      ['running', 'Units that run, or have begun', 'running'],
      ['queued', 'Units that wait for a place (maxrunning)', 'queued'],
      ['max_running', 'Units that may run at once, where that is bounded', 'maxRunning'],
    ] as const;
    for (const [name, what, key] of counts) {
      this.#gauge(`work_${name}_units`, `${what}, by type.`, ['work_type'], (set) => {
        for (const [workType, queue] of work.queueCounts()) {
          if (Number.isFinite(queue[key])) set({ work_type: workType }, queue[key]);
        }
      });
    }
    const pending = 'Units with a cancel or release that another node does not know of yet.';
    this.#gauge('work_pending_units', pending, [], (set) => {
      set({}, work.pendingUnits);
    });
    const incomplete = 'Submissions of other nodes that do not have all their stdin yet.';
    this.#gauge('work_incomplete_submissions', incomplete, [], (set) => {
      set({}, work.incompleteSubmissions);
    });
  }

  #gauge<L extends string>(name: string, help: string, names: readonly L[], fill: Fill<L>): void {
    new Gauge({
      name: `receptor_${name}`,
      help,
      labelNames: [...names],
      registers: [this.#registry],
      async collect() {
        this.reset();
        await fill((values, value) => this.set(values, value));
      },
    });
  }

  #counter<L extends string>(name: string, help: string, names: readonly L[], fill: Fill<L>): void {
    new Counter({
      name: `receptor_${name}`,
      help,
      labelNames: [...names],
      registers: [this.#registry],
      async collect() {
        this.reset();
        await fill((values, value) => this.inc(values, value));
      },
    });
  }
}

/** `seenUpdates` as `seen-updates`. */
const words = (name: string): string => name.replaceAll(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);

const labels = (peer: string, link: string): { peer: string; link: string } => ({ peer, link });
