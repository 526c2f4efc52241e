import { isDeepStrictEqual } from 'node:util';
import { mask, UUID } from './masks.mjs';

/** @typedef {import('./runners.mjs').Event} Event */
/** @typedef {import('./runners.mjs').Recording} Recording */

/**
 * One thing in which two recordings differ. `ours` or `theirs` is absent where that side has nothing.
 *
 * @typedef {object} Difference
 * @property {string} test name of the case
 * @property {string} where `run`, `stdout`, or the event: its name and what it is about
 * @property {string} path of the value in the event, such as `event_data.res.msg`; empty for a whole event
 * @property {unknown} [ours]
 * @property {unknown} [theirs]
 */

/** Uuids differ from run to run; which of them are the same does not. Owns who belongs to whom. */
class Pairs {
  #theirsOf = new Map();
  #oursOf = new Map();

  same(/** @type {string} */ ours, /** @type {string} */ theirs) {
    const known = this.#theirsOf.get(ours) ?? theirs;
    if (known !== theirs || (this.#oursOf.get(theirs) ?? ours) !== ours) return false;
    this.#theirsOf.set(ours, theirs);
    this.#oursOf.set(theirs, ours);
    return true;
  }

  /** Whether two texts are the same but for uuids that belong together. */
  equal(/** @type {string} */ ours, /** @type {string} */ theirs) {
    if (ours === theirs) return true;
    if (ours.replace(UUID, '') !== theirs.replace(UUID, '')) return false;
    const own = ours.match(UUID) ?? [];
    const other = theirs.match(UUID) ?? [];
    return own.length === other.length && own.every((one, at) => this.same(one, other[at] ?? ''));
  }
}

/**
 * Compares what two runs of a case recorded. Which of two hosts is first is up to Ansible, and not the same every time:
 * where nothing but that differs, nothing does.
 *
 * @param {string} test name of the case
 * @param {Recording} ours
 * @param {Recording} theirs
 * @param {boolean} [ownPace] each host goes on with the next task by itself (strategies `free`, `host_pinned`)
 * @returns {Difference[]}
 */
export function compare(test, ours, theirs, ownPace = false) {
  const found = [...compareEnds(test, ours, theirs), ...checkNumbers(test, ours)];
  const strict = compareEvents(test, ours, theirs);
  if (strict.length === 0 || !severalHosts(ours)) return [...found, ...strict];
  const byHosts = compareEvents(test, ours, theirs, ownPace ? 'own-pace' : 'in-step');
  return [...found, ...(byHosts.length < strict.length ? byHosts : strict)];
}

/** @param {Recording} recording */
const severalHosts = ({ events }) => new Set(events.map(hostOf).filter(Boolean)).size > 1;

/**
 * How the runs ended.
 *
 * @param {string} test @param {Recording} ours @param {Recording} theirs
 * @returns {Difference[]}
 */
const compareEnds = (test, ours, theirs) =>
  /** @type {const} */ (['status', 'rc']).flatMap((key) =>
    ours[key] === theirs[key]
      ? []
      : [{ test, where: 'run', path: key, ours: ours[key], theirs: theirs[key] }],
  );

/**
 * Whether events and lines are numbered without a gap.
 *
 * @param {string} test @param {Recording} ours
 * @returns {Difference[]}
 */
function checkNumbers(test, { events }) {
  let line = 0;
  return events.flatMap((event, index) => {
    const sound = event.counter === index + 1 && event.start_line === line;
    line = Number(event.end_line);
    return sound ? [] : [{ test, where: labelOf(event), path: 'counter', ours: event.counter }];
  });
}

/**
 * @param {string} test
 * @param {Recording} ours
 * @param {Recording} theirs
 * @param {'in-step' | 'own-pace'} [byHosts] compare what happened on each host, whatever happened on others in between
 * @returns {Difference[]}
 */
function compareEvents(test, ours, theirs, byHosts) {
  /** @type {Difference[]} */
  const found = [];
  const sorted = byHosts ? sortByHost : (/** @type {Event[]} */ events) => events;
  const pairs = new Pairs();
  for (const [mine, its] of align(sorted(maskedEvents(ours)), sorted(maskedEvents(theirs)))) {
    const where = labelOf(/** @type {Event} */ (mine ?? its));
    const add = (/** @type {string} */ path, /** @type {object} */ values) =>
      found.push({ test, where, path, ...values });
    if (mine === undefined) add('', { theirs: its });
    else if (its === undefined) add('', { ours: mine });
    else {
      if (!isDeepStrictEqual(Object.keys(mine), Object.keys(its)))
        add('order of keys', { ours: Object.keys(mine).join(), theirs: Object.keys(its).join() });
      diff(mine, its, '', pairs, byHosts ? byOrderOfHosts(mine, byHosts) : NO_KEYS, add);
    }
  }
  found.push(...compareLines(test, ours, theirs, byHosts !== undefined));
  return found;
}

const NO_KEYS = new Set();
const NUMBERS = new Set(['counter', 'start_line', 'end_line']);
const NUMBERS_AND_TASK = new Set([
  ...NUMBERS,
  'parent_uuid',
  ...['task', 'task_uuid', 'task_path', 'task_action', 'resolved_action'],
]);

/**
 * What depends on the order of hosts. A notification comes without its task: the callback names the task that began
 * last, which may be that of another host where each goes on at its own pace.
 *
 * @param {Event} event
 * @param {'in-step' | 'own-pace'} byHosts
 */
const byOrderOfHosts = ({ event }, byHosts) =>
  event === 'playbook_on_notify' && byHosts === 'own-pace' ? NUMBERS_AND_TASK : NUMBERS;

/** @param {Recording} recording */
const maskedEvents = ({ events, folder }) =>
  events.map((event) => /** @type {Event} */ (mask(event, folder)));

/** @param {Recording} recording */
const lines = ({ stdout, folder }) =>
  String(mask(stdout, folder)).replace(UUID, '<uuid>').split(/\r?\n/);

/** Keeps the order of what happens to each host. @param {Event[]} events */
const sortByHost = (events) =>
  events.toSorted((a, b) => Number(hostOf(a) > hostOf(b)) - Number(hostOf(a) < hostOf(b)));

const dataOf = (/** @type {Event} */ event) =>
  /** @type {Record<string, unknown>} */ (event.event_data ?? {});
const hostOf = (/** @type {Event} */ event) => String(dataOf(event).host ?? '');

/** What an event is about, the same in both recordings. @param {Event} event */
function labelOf(event) {
  const { host, task, play, name, handler } = dataOf(event);
  const about = [host, handler ?? task ?? name ?? play].filter((value) => value !== undefined);
  const text = event.event === 'verbose' ? [String(event.stdout).slice(0, 50)] : about;
  return [event.event, ...text].join(' ');
}

/**
 * Pairs events of both sides so that as many as possible with the same label meet, in order.
 *
 * @param {Event[]} ours
 * @param {Event[]} theirs
 * @returns {[Event | undefined, Event | undefined][]}
 */
function align(ours, theirs) {
  const own = ours.map(labelOf);
  const other = theirs.map(labelOf);
  const width = other.length + 1;
  const longest = new Uint32Array((own.length + 1) * width);
  for (let a = own.length - 1; a >= 0; a -= 1)
    for (let b = other.length - 1; b >= 0; b -= 1)
      longest[a * width + b] =
        own[a] === other[b]
          ? (longest[(a + 1) * width + b + 1] ?? 0) + 1
          : Math.max(longest[(a + 1) * width + b] ?? 0, longest[a * width + b + 1] ?? 0);
  /** @type {[Event | undefined, Event | undefined][]} */
  const pairs = [];
  let [a, b] = [0, 0];
  while (a < own.length || b < other.length) {
    if (a < own.length && b < other.length && own[a] === other[b])
      pairs.push([ours[a++], theirs[b++]]);
    else if (
      b >= other.length ||
      (a < own.length && (longest[(a + 1) * width + b] ?? 0) >= (longest[a * width + b + 1] ?? 0))
    )
      pairs.push([ours[a++], undefined]);
    else pairs.push([undefined, theirs[b++]]);
  }
  return pairs;
}

/**
 * @param {unknown} ours
 * @param {unknown} theirs
 * @param {string} path
 * @param {Pairs} pairs
 * @param {ReadonlySet<string>} leftOut keys that are not compared
 * @param {(path: string, values: { ours?: unknown, theirs?: unknown }) => void} add
 */
function diff(ours, theirs, path, pairs, leftOut, add) {
  if (typeof ours === 'string' && typeof theirs === 'string') {
    if (!pairs.equal(ours, theirs)) add(path, { ours, theirs });
  } else if (isObject(ours) && isObject(theirs) && Array.isArray(ours) === Array.isArray(theirs)) {
    for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
      if (leftOut.has(key)) continue;
      const inner = path === '' ? key : `${path}.${key}`;
      if (!(key in ours)) add(inner, { theirs: theirs[key] });
      else if (!(key in theirs)) add(inner, { ours: ours[key] });
      else diff(ours[key], theirs[key], inner, pairs, leftOut, add);
    }
  } else if (!isDeepStrictEqual(ours, theirs)) add(path, { ours, theirs });
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
const isObject = (value) => typeof value === 'object' && value !== null;

/**
 * The `stdout` artifact, line by line. Of lines that belong to no event the original loses some, depending on how the
 * output came in pieces, and keeps the carriage return of others.
 *
 * @param {string} test
 * @param {Recording} ours
 * @param {Recording} theirs
 * @param {boolean} sorted
 * @returns {Difference[]}
 */
function compareLines(test, ours, theirs, sorted) {
  const loose = new Set(
    maskedEvents(ours)
      .filter((event) => !('event_data' in event))
      .map(({ stdout }) => String(stdout).replace(UUID, '<uuid>')),
  );
  const [own, other] = [lines(ours), lines(theirs)].map((all) => (sorted ? all.toSorted() : all));
  let at = 0;
  for (const line of own ?? [])
    if (line === other?.[at]) at += 1;
    else if (!loose.has(line))
      return [{ test, where: 'stdout', path: `line ${at}`, ours: line, theirs: other?.[at] }];
  if (at === other?.length) return [];
  return [{ test, where: 'stdout', path: `line ${at}`, theirs: other?.[at] }];
}
