import { specOf } from '../actions.js';
import type { Action, Fields } from '../actions.js';
import { describeAction } from '../action-facts.js';
import { ConfigError } from '../errors.js';
import { tlsNamesOf } from './cross-checks.js';

/** An action that stands in both configurations, or in one of them. */
export interface Change {
  readonly before?: Action;
  readonly after?: Action;
}

/** A change that a running node cannot make. */
export interface Refused {
  /** The new action, or the old one when it was removed. */
  readonly action: Action;
  readonly change: 'modified' | 'added' | 'removed';
  /** Why it cannot be made, as the end of a sentence. */
  readonly why: string;
}

/** What a running node does to come from one configuration to another. */
export interface ReloadPlan {
  /** To be started, in the order of the new configuration. */
  readonly opened: readonly Action[];
  /** To be stopped, in the order of the old configuration; the very objects of `before`. */
  readonly closed: readonly Action[];
  /** Settings to be changed in place: log-level, local-only, work-runner, and node when only its firewall rules and limits of units differ. */
  readonly applied: readonly Change[];
  /** Not to be touched, in the order of the old configuration; the very objects of `before`. */
  readonly kept: readonly Action[];
  /** Changes that need a new start of the process; when there is one, nothing of the plan may be done. */
  readonly refused: readonly Refused[];
  /** The refused changes as an error with the texts of the original; undefined when nothing is refused. */
  readonly refusal: ConfigError | undefined;
}

/**
 * Compares two validated configurations. Pure: it reads nothing, starts nothing and keeps nothing between calls.
 *
 * - Reopened when they change: tcp-, udp- and ws-listener, tcp-, udp- and ws-peer, tcp-, udp- and
 *   unix-socket-server, tcp-, udp- and unix-socket-client, command-service, ip-router, work-command, work-signing,
 *   work-verification, metrics-listener, tracing, tls-server and tls-client, and of these the ones that name a TLS configuration
 *   which changed.
 * - Applied in place: log-level, local-only, work-runner; node when nothing but its firewall rules, maxunitdisk and retention changed.
 * - Refused: any other change of node, trace, log-format, control-service (also when a TLS configuration changed that it names),
 *   work-kubernetes and work-python.
 *
 * Actions are compared by their values after validation, each counted as often as it stands: order of items and keys, quoting,
 * comments and defaults written out make no difference.
 *
 * See docs/decisions/0059-reload-compares-values.md.
 */
export function planReload(before: readonly Action[], after: readonly Action[]): ReloadPlan {
  const { same, gone, fresh } = compare(before, after);
  const changedTls = new Set([...gone, ...fresh].flatMap(ownTlsName));
  const opened: Action[] = [];
  const closed: Action[] = [];
  const kept: Action[] = [];
  const applied: Change[] = [];
  const refused: Refused[] = [];
  for (const pair of same) {
    const used = tlsNamesOf(pair.before).find(({ kind, name }) =>
      changedTls.has(tlsKey(kind, name)),
    );
    // a node looks its default up when it dials
    if (used === undefined || pair.before.action === 'node') kept.push(pair.before);
    else if (specOf(pair.before.action).reload === 'reopened') {
      closed.push(pair.before);
      opened.push(pair.after);
    } else {
      const why = `it uses ${used.kind} ${used.name}, which changed`;
      refused.push({ action: pair.after, change: 'modified', why });
    }
  }
  for (const action of gone) if (isReopened(action)) closed.push(action);
  for (const action of fresh) if (isReopened(action)) opened.push(action);
  for (const change of paired(gone, fresh)) {
    if (isSetting(change)) applied.push(change);
    else refused.push(refusedChange(change));
  }
  return {
    opened: inOrder(opened, after),
    closed: inOrder(closed, before),
    applied,
    kept,
    refused,
    refusal: refusalOf(refused),
  };
}

const isReopened = ({ action }: Action): boolean => specOf(action).reload === 'reopened';

const inOrder = (some: readonly Action[], all: readonly Action[]): Action[] => {
  const chosen = new Set(some);
  return all.filter((each) => chosen.has(each));
};

const tlsKey = (kind: string, name: string): string => `${kind} ${name}`;

const ownTlsName = (action: Action): string[] =>
  action.action === 'tls-server' || action.action === 'tls-client'
    ? [tlsKey(action.action, action.fields.name)]
    : [];

/** The value of an action as text, the same for the same action however it was written. */
function canonical({ action, fields }: Action): string {
  return JSON.stringify([action, fields], (_, value: unknown) => {
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function compare(
  before: readonly Action[],
  after: readonly Action[],
): { same: { before: Action; after: Action }[]; gone: Action[]; fresh: Action[] } {
  const waiting = new Map<string, Action[]>();
  for (const action of after) {
    const key = canonical(action);
    const others = waiting.get(key);
    if (others) others.push(action);
    else waiting.set(key, [action]);
  }
  const same: { before: Action; after: Action }[] = [];
  const gone: Action[] = [];
  for (const action of before) {
    const match = waiting.get(canonical(action))?.shift();
    if (match) same.push({ before: action, after: match });
    else gone.push(action);
  }
  const matched = new Set(same.map((pair) => pair.after));
  return { same, gone, fresh: after.filter((action) => !matched.has(action)) };
}

/** Changes of what is not reopened, old and new of the same description put together. */
function paired(gone: readonly Action[], fresh: readonly Action[]): Change[] {
  const old = gone.filter((each) => !isReopened(each));
  const changes = fresh
    .filter((each) => !isReopened(each))
    .map((after): Change => {
      const at = old.findIndex((before) => isSameThing(before, after));
      const [before] = at < 0 ? [] : old.splice(at, 1);
      return before ? { before, after } : { after };
    });
  return [...changes, ...old.map((before) => ({ before }))];
}

const isSameThing = (a: Action, b: Action): boolean =>
  a.action === b.action &&
  (specOf(a.action).singleton === true || describeAction(a) === describeAction(b));

/** What of a running node can be changed. */
const appliedOfNode = {
  firewallrules: undefined,
  maxunitdisk: undefined,
  retentionage: undefined,
  retentioncount: undefined,
  retentionsize: undefined,
} satisfies Partial<Fields<'node'>>;

function isSetting({ before, after }: Change): boolean {
  const action = (after ?? before)?.action;
  if (action === undefined) return false;
  if (specOf(action).reload === 'applied') return true;
  if (before?.action !== 'node' || after?.action !== 'node') return false;
  return (
    canonical({ ...before, fields: { ...before.fields, ...appliedOfNode } }) ===
    canonical({ ...after, fields: { ...after.fields, ...appliedOfNode } })
  );
}

function refusedChange({ before, after }: Change): Refused {
  const action = (after ?? before) as Action;
  const change = before === undefined ? 'added' : after === undefined ? 'removed' : 'modified';
  const why =
    action.action === 'node' && change === 'modified'
      ? 'of a running node only the firewall rules, maxunitdisk and retention can be changed'
      : `${action.action} is fixed while the node runs`;
  return { action, change, why };
}

/** The first added or modified action speaks, as in the original; removed ones only when there is no other. */
function refusalOf(refused: readonly Refused[]): ConfigError | undefined {
  const first = refused.find(({ change }) => change !== 'removed') ?? refused[0];
  if (first === undefined) return undefined;
  const text =
    first.change === 'removed'
      ? `a non-reloadable config action '${first.action.action}' was removed. Must restart receptor for changes to take effect`
      : `a non-reloadable config action '${first.action.action}' was modified or added. Must restart receptor for these changes to take effect`;
  const all = refused.map(
    ({ action, change, why }) => `${describeAction(action)} was ${change}: ${why}`,
  );
  return new ConfigError('config-not-reloadable', `${text} (${all.join('; ')})`, {
    origin: first.action.origin,
  });
}
