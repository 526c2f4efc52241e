import type {
  ClusterEvent,
  ContainerState,
  ContainerStatus,
  ObjectMeta,
  Pod,
  PodAddress,
  PodCondition,
} from './objects.js';

/** Characters of the longest text that is kept of an object, and the most entries of a list: hundreds of pods are kept at once. */
const MAX_TEXT = 2_048;
const MAX_ENTRIES = 100;

/** Labels that are kept begin with this. */
const OWN_LABELS = 'receptor.';

/** The version of an object or a list; empty when it has none. */
export function versionOf(value: unknown): string {
  return text(field(field(value, 'metadata'), 'resourceVersion')) ?? '';
}

/**
 * What is read of a pod, with nothing in it that has another form than it should.
 *
 * @returns `undefined` when it has no name or no identity
 */
export function parsePod(value: unknown): Pod | undefined {
  const metadata = parseMeta(field(value, 'metadata'));
  if (metadata.name === undefined || metadata.uid === undefined) return undefined;
  const spec = field(value, 'spec');
  const status = field(value, 'status');
  return {
    metadata,
    spec: defined({
      nodeName: text(field(spec, 'nodeName')),
      initContainers: entries(field(spec, 'initContainers'), (each) =>
        defined({
          name: text(field(each, 'name')),
          restartPolicy: text(field(each, 'restartPolicy')),
        }),
      ),
    }),
    status: defined({
      phase: text(field(status, 'phase')),
      reason: text(field(status, 'reason')),
      message: text(field(status, 'message')),
      podIP: text(field(status, 'podIP')),
      podIPs: entries(field(status, 'podIPs'), parseAddress),
      hostIP: text(field(status, 'hostIP')),
      hostIPs: entries(field(status, 'hostIPs'), parseAddress),
      conditions: entries(field(status, 'conditions'), parseCondition),
      containerStatuses: entries(field(status, 'containerStatuses'), parseStatus),
      initContainerStatuses: entries(field(status, 'initContainerStatuses'), parseStatus),
    }),
  };
}

/** The events of a list, those of other things left out, the last one last. */
export function parseEvents(value: unknown, name: string): readonly ClusterEvent[] {
  const events = entries(field(value, 'items'), (each) => {
    const about = field(each, 'involvedObject');
    if (about !== undefined && field(about, 'name') !== name) return undefined;
    return defined({
      type: text(field(each, 'type')),
      reason: text(field(each, 'reason')),
      message: text(field(each, 'message')),
      lastTimestamp: text(field(each, 'lastTimestamp')),
      eventTime: text(field(each, 'eventTime')),
      metadata: parseMeta(field(each, 'metadata')),
    });
  });
  return (events ?? [])
    .map((event, index) => ({ event, index, at: timeOf(event) }))
    .sort((a, b) => a.at - b.at || a.index - b.index)
    .map(({ event }) => event);
}

/** Those without a time come first. */
function timeOf({ lastTimestamp, eventTime, metadata }: ClusterEvent): number {
  const at = Date.parse(lastTimestamp ?? eventTime ?? metadata?.creationTimestamp ?? '');
  return Number.isNaN(at) ? 0 : at;
}

function parseMeta(value: unknown): ObjectMeta {
  const labels = field(value, 'labels');
  return defined({
    name: text(field(value, 'name')) || undefined,
    namespace: text(field(value, 'namespace')),
    uid: text(field(value, 'uid')) || undefined,
    resourceVersion: text(field(value, 'resourceVersion')),
    creationTimestamp: text(field(value, 'creationTimestamp')),
    deletionTimestamp: text(field(value, 'deletionTimestamp')),
    deletionGracePeriodSeconds: number(field(value, 'deletionGracePeriodSeconds')),
    labels: isObject(labels) ? ownLabels(labels) : undefined,
  });
}

function ownLabels(labels: Readonly<Record<string, unknown>>): Record<string, string> {
  const kept = Object.entries(labels)
    .filter(([name]) => name.startsWith(OWN_LABELS))
    .slice(0, MAX_ENTRIES)
    .map(([name, value]) => [name, text(value)] as const);
  return Object.fromEntries(kept.filter((each): each is [string, string] => each[1] !== undefined));
}

const parseAddress = (value: unknown): PodAddress => defined({ ip: text(field(value, 'ip')) });

function parseCondition(value: unknown): PodCondition {
  return defined({
    type: text(field(value, 'type')),
    status: text(field(value, 'status')),
    reason: text(field(value, 'reason')),
    message: text(field(value, 'message')),
  });
}

function parseStatus(value: unknown): ContainerStatus {
  return defined({
    name: text(field(value, 'name')),
    state: parseState(field(value, 'state')),
    lastState: parseState(field(value, 'lastState')),
  });
}

function parseState(value: unknown): ContainerState | undefined {
  if (!isObject(value)) return undefined;
  const { waiting, running, terminated } = value;
  return defined({
    waiting: isObject(waiting)
      ? defined({ reason: text(waiting['reason']), message: text(waiting['message']) })
      : undefined,
    running: isObject(running) ? defined({ startedAt: text(running['startedAt']) }) : undefined,
    terminated: isObject(terminated)
      ? defined({
          exitCode: number(terminated['exitCode']),
          signal: number(terminated['signal']),
          reason: text(terminated['reason']),
          message: text(terminated['message']),
          finishedAt: text(terminated['finishedAt']),
        })
      : undefined,
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const field = (value: unknown, name: string): unknown =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;

function text(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (value.length <= MAX_TEXT) return value;
  // a copy: a piece of a text would keep all of it
  return Buffer.from(value.slice(0, MAX_TEXT)).toString();
}

const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;

function entries<T>(
  value: unknown,
  parse: (entry: unknown) => T | undefined,
): readonly T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const list: T[] = [];
  for (const entry of (value as readonly unknown[]).slice(0, MAX_ENTRIES)) {
    const parsed = parse(entry);
    if (parsed !== undefined) list.push(parsed);
  }
  return list;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, each]) => each !== undefined),
  ) as Defined<T>;
}
