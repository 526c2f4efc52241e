import { factsOf } from '../action-facts.js';
import { fieldsOf, specOf } from '../actions.js';
import type { Action, ActionName, Fields } from '../actions.js';
import { mistake, throwing } from '../errors.js';
import type { Report } from '../errors.js';
import type { TlsKind } from '../fields/field.js';
import type { Origin } from '../file/items.js';

/** What the checks of a whole configuration need besides its actions. */
export interface WholeOptions {
  /** Node ID when none is configured. */
  readonly hostname: string;
  /** Actions of which some were left out for their mistakes: nothing is said of what refers to those. */
  readonly broken?: ReadonlySet<string>;
}

/**
 * Checks what single actions cannot show: the node has an ID; names of TLS configurations exist and stand once; so do
 * work types, mesh services and addresses to listen on; work that wants signatures has a key to verify them.
 * Nothing is opened or read. Actions that stand alone, such as `version`, need none of it.
 *
 * @param report takes each mistake
 * @throws {ConfigError} at the first mistake when there is no `report`
 */
export function crossCheck(
  actions: readonly Action[],
  { hostname, broken = new Set() }: WholeOptions,
  report: Report = throwing,
): void {
  if (actions.length > 0 && actions.every((each) => factsOf(each).standsAlone)) return;
  if (!broken.has('node')) checkNodeId(actions, hostname, report);
  checkTls(actions, broken, report);
  checkWork(actions, broken, report);
  checkServices(actions, report);
  checkAddresses(actions, report);
}

/**
 * The ID of the node: the configured one or the name of the machine, its case kept.
 *
 * @throws {ConfigError} when it would be `localhost`
 */
export function nodeIdOf(actions: readonly Action[], hostname: string): string {
  checkNodeId(actions, hostname, throwing);
  return fieldsOf(actions, 'node')[0]?.id || hostname;
}

function checkNodeId(actions: readonly Action[], hostname: string, report: Report): void {
  const node = actions.find(({ action }) => action === 'node');
  const origin = node?.origin ?? 'command line';
  const [fields] = fieldsOf(actions, 'node');
  if (fields?.id) {
    if (fields.id.toLowerCase() !== 'localhost') return;
    report(
      mistake('config-bad-value', origin, {
        text: 'node ID "localhost" is reserved',
        hint: 'allowed: any other name',
      }),
    );
  } else if (hostname === '' || /^localhost(?:\.|$)/i.test(hostname)) {
    report(
      mistake('config-missing-field', origin, {
        text: 'no node ID specified and local host name is localhost',
        hint: 'give --node id=NAME',
      }),
    );
  }
}

/** Names of TLS configurations that are there without being configured. */
const builtInTls: Record<TlsKind, readonly string[]> = {
  'tls-server': [],
  'tls-client': ['default'],
};

/** Whether a WebSocket peer is reached by TLS, by the scheme of its URL. */
const isSecure = (address: string): boolean => new URL(address).protocol === 'wss:';

/**
 * The TLS configurations that an action uses, with the fields that name them. A `ws-peer` with a `wss:` URL and no
 * `tls` uses the one called `default`, which needs no action: no certificate, servers verified by the roots of the system.
 */
export function tlsNamesOf(action: Action): { field: string; kind: TlsKind; name: string }[] {
  if (action.action === 'ws-peer' && !action.fields.tls && isSecure(action.fields.address)) {
    return [{ field: 'tls', kind: 'tls-client', name: 'default' }];
  }
  const values = action.fields as Readonly<Record<string, unknown>>;
  return Object.entries(specOf(action.action).fields).flatMap(([field, { refersTo }]) => {
    const name = values[field];
    return refersTo !== undefined && typeof name === 'string'
      ? [{ field, kind: refersTo, name }]
      : [];
  });
}

function checkTls(actions: readonly Action[], broken: ReadonlySet<string>, report: Report): void {
  const known = { 'tls-server': new Set<string>(), 'tls-client': new Set<string>() };
  for (const kind of ['tls-server', 'tls-client'] as const) {
    for (const action of actions) {
      if (action.action !== kind) continue;
      const { name } = action.fields as Fields<typeof kind>;
      if (known[kind].has(name)) {
        report(
          mistake('config-repeated', action.origin, {
            text: `error in --${kind}: TLS config ${name} already exists`,
            hint: 'each name may stand once',
          }),
        );
      }
      known[kind].add(name);
    }
    for (const name of builtInTls[kind]) known[kind].add(name);
  }
  for (const action of actions) {
    for (const { field, kind, name } of tlsNamesOf(action)) {
      if (known[kind].has(name) || broken.has(kind)) continue;
      report(
        mistake('config-unknown-name', action.origin, {
          text: `unknown TLS config ${name}`,
          hint: `in --${action.action}, ${field} must be the name of a ${kind}: ${[...known[kind]].join(', ') || 'there is none'}`,
        }),
      );
    }
  }
}

function checkWork(actions: readonly Action[], broken: ReadonlySet<string>, report: Report): void {
  const seen = new Set(['remote']);
  const verifies = fieldsOf(actions, 'work-verification').some(({ publickey = [] }) =>
    publickey.some((file) => file !== ''),
  );
  for (const each of actions) {
    const worktype = factsOf(each).workType;
    if (worktype === undefined) continue;
    if (seen.has(worktype)) {
      report(
        mistake('config-repeated', each.origin, {
          text: `work type ${worktype} already registered`,
          hint: `in --${each.action}: each work type may stand once`,
        }),
      );
    }
    seen.add(worktype);
    if (each.action !== 'work-command' || !each.fields.verifysignature) continue;
    if (verifies || broken.has('work-verification')) continue;
    report(
      mistake('config-missing-field', each.origin, {
        text: `VerifySignature for work command '${worktype}' is true, but the work verification public key is not specified`,
        hint: 'give --work-verification publickey=FILE',
      }),
    );
  }
}

function checkServices(actions: readonly Action[], report: Report): void {
  refuseTwice(
    actions,
    (each) => [factsOf(each).service],
    report,
    (service) => ({
      text: `service ${service} is already listening`,
      hint: 'each service may stand once',
    }),
  );
}

function checkAddresses(actions: readonly Action[], report: Report): void {
  refuseTwice(
    actions,
    (each) => factsOf(each).listensOn,
    report,
    (socket) => ({ text: `${socket} is already in use`, hint: 'each address may stand once' }),
  );
}

function refuseTwice(
  actions: readonly Action[],
  keysOf: (action: Action) => readonly (string | undefined)[],
  report: Report,
  say: (key: string) => { text: string; hint: string },
): void {
  const first = new Map<string, { action: ActionName; origin: Origin }>();
  const all = actions.flatMap((action) => keysOf(action).map((key) => ({ action, key })));
  for (const { action, key } of all) {
    if (!key) continue;
    const earlier = first.get(key);
    if (earlier === undefined) {
      first.set(key, action);
      continue;
    }
    const { text, hint } = say(key);
    const where = earlier.origin === 'command line' ? '' : `, line ${earlier.origin.line}`;
    report(
      mistake('config-repeated', action.origin, {
        text: `error in --${action.action}: ${text}`,
        hint: `${hint}; it is that of ${earlier.action}${where}`,
      }),
    );
  }
}
