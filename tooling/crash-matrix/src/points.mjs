/**
 * @typedef {'finish' | 'cancel' | 'release' | 'queue'} Story what a client does with a unit
 * @typedef {'near' | 'far'} Victim
 * @typedef {object} Case one line of the table
 * @property {string} point name of a point in the code; `random` for any moment
 * @property {Victim} victim
 * @property {Story} story
 * @property {string} [also] where the other daemon is killed before
 */

/** @type {readonly [point: string, stories: readonly Story[]][]} steps of a unit that runs where the daemon is */
const atFar = [
  ['unit-folder-made', ['finish']],
  ['unit-created', ['finish']],
  ['unit-id-told', ['finish']],
  ['stdin-begun', ['finish']],
  ['stdin-stored', ['finish']],
  ['script-written', ['finish', 'cancel']],
  ['supervisor-spawned', ['finish', 'release']],
  ['queued', ['queue']],
  ['queue-left', ['queue']],
  ['started', ['finish']],
  ['running-seen', ['finish']],
  ['status-written-beside', ['finish']],
  ['results-begun', ['finish']],
  ['end-seen', ['finish']],
  ['end-stored', ['finish', 'cancel']],
  ['ending-marked', ['cancel', 'release']],
  ['processes-ended', ['cancel', 'release']],
  ['release-emptied', ['finish', 'release']],
  ['release-begun', ['finish', 'release']],
  ['release-status-left', ['finish', 'cancel']],
  ['release-removed', ['finish', 'release']],
];

/** @type {readonly [point: string, stories: readonly Story[]][]} steps of a unit that another node runs for the daemon */
const atNear = [
  ['unit-folder-made', ['finish']],
  ['unit-created', ['finish']],
  ['unit-id-told', ['finish']],
  ['stdin-begun', ['finish']],
  ['stdin-stored', ['finish']],
  ['start-requested', ['finish']],
  ['remote-id-heard', ['finish', 'cancel']],
  ['remote-id-stored', ['finish', 'release']],
  ['remote-started', ['finish', 'cancel']],
  ['started', ['finish']],
  ['status-written-beside', ['finish']],
  ['remote-stdout-begun', ['finish']],
  ['results-begun', ['finish']],
  ['remote-end-heard', ['finish', 'cancel']],
  ['end-stored', ['finish', 'cancel']],
  ['cancel-intended', ['cancel']],
  ['cancel-delivered', ['cancel']],
  ['release-intended', ['finish', 'release']],
  ['release-delivered', ['finish', 'release']],
  ['release-begun', ['finish']],
  ['release-status-left', ['finish', 'release']],
  ['release-removed', ['finish']],
];

/**
 * Steps that follow the crash of the other daemon only: at a point of its own, or when the client comes to the end of its story.
 *
 * @type {readonly Case[]}
 */
const afterAnother = [
  { victim: 'near', point: 'remote-id-forgotten', story: 'finish', also: 'stdin-begun' },
  { victim: 'near', point: 'delivery-begun', story: 'cancel', also: 'last-request' },
  { victim: 'near', point: 'delivery-begun', story: 'release', also: 'last-request' },
];

/** @param {Victim} victim @param {typeof atFar} points @returns {Case[]} */
const casesAt = (victim, points) =>
  points.flatMap(([point, stories]) => stories.map((story) => ({ point, victim, story })));

/** Every named point with every story that leads there. @type {readonly Case[]} */
export const namedCases = [...casesAt('near', atNear), ...casesAt('far', atFar), ...afterAnother];

/** Kills at any moment. @type {readonly Case[]} */
const randomCases = /** @type {const} */ (['finish', 'cancel', 'release']).flatMap((story) =>
  /** @type {const} */ (['near', 'far']).map((victim) => ({ point: 'random', victim, story })),
);

/** Whether a case is the first of its daemon and point. @param {Case} each @param {number} at */
const isFirst = ({ victim, point }, at) =>
  namedCases.findIndex((other) => other.victim === victim && other.point === point) === at;

/** All, what differs most first: each point once, random times, further stories of a point. @type {readonly Case[]} */
export const cases = [
  ...namedCases.filter(isFirst),
  ...randomCases,
  ...namedCases.filter((each, at) => !isFirst(each, at)),
];
