import { isMap, isScalar, isSeq } from 'yaml';
import type { Node as YamlNode } from 'yaml';
import { actionNames, specOf } from '../actions.js';
import type { ActionName } from '../actions.js';
import { didYouMean, mistake } from '../errors.js';
import type { Report } from '../errors.js';
import type { Item } from './items.js';
import { readEntries, reported } from './list-form.js';
import { fileMistake } from './yaml-document.js';
import type { MapEntry, YamlDocument } from './yaml-document.js';

/** The actions of the v2 form in the order in which they come out of it. */
const order: readonly ActionName[] = [
  'log-level',
  'trace',
  'node',
  'local-only',
  ...actionNames.filter((name) => !['log-level', 'trace', 'node', 'local-only'].includes(name)),
].filter((name): name is ActionName => specOf(name as ActionName).v2 !== undefined);

/** Whether an action is one map in the v2 form rather than a list of them. */
export const isSingleInV2 = (name: ActionName): boolean =>
  specOf(name).singleton === true || specOf(name).v2Single === true;

/** The key of each action in the v2 form. */
export const v2Keys: ReadonlyMap<string, ActionName> = new Map(
  order.map((name) => [specOf(name).v2 ?? name, name]),
);

/** Whether a document says of itself that it has the v2 form. */
export function saysVersion2(document: YamlDocument): boolean {
  return isMap<YamlNode>(document.top) && document.top.has('version');
}

/**
 * Reads the v2 form: one map with `version: 2` whose keys are the actions
 * in the plural, each with a list of maps, or one map for those that stand once. A map may be left empty.
 *
 * The order of items is that of {@link v2Keys}: the level of the log before all else.
 *
 * @param report takes each mistake, unknown keys among them
 */
export function readMapForm(document: YamlDocument, report: Report): Item[] {
  const { top } = document;
  if (top === null) return [];
  if (!isMap<YamlNode, YamlNode | null>(top)) {
    report(
      fileMistake(
        document.at(top),
        'config format invalid: with --config-v2 the file must be a map of actions',
      ),
    );
    return [];
  }
  const items = reported(() => document.entries(top), report, []).flatMap((entry) =>
    reported(() => readKey(document, entry, report), report, []),
  );
  return order.flatMap((name) => items.filter(({ action }) => action === name));
}

function readKey(document: YamlDocument, entry: MapEntry, report: Report): Item[] {
  const key = entry.key.toLowerCase();
  const origin = document.at(entry.keyNode);
  if (key === 'version') {
    const version = document.value(entry.value);
    if (version === 2 || version === '2') return [];
    throw fileMistake(origin, 'config format invalid: version must be 2');
  }
  const action = v2Keys.get(key);
  if (action === undefined) {
    throw mistake('config-unknown-action', origin, {
      intro: 'error loading config file: ',
      text: `unknown key ${entry.key}`,
      hint: `${didYouMean(entry.key, [...v2Keys.keys()])}allowed: version, ${[...v2Keys.keys()].join(', ')}`,
    });
  }
  const node = document.resolve(entry.value);
  const isNull = node === null || (isScalar(node) && node.value === null);
  if (isSingleInV2(action)) {
    return present(action, isNull ? emptyItem(action, origin) : readItem(document, action, node));
  }
  if (isNull) return [];
  if (!isSeq<YamlNode>(node)) {
    throw fileMistake(origin, `invalid config format for ${entry.key}: it must be a list of maps`);
  }
  return node.items.flatMap((each) =>
    reported(() => [readItem(document, action, each)], report, []),
  );
}

const emptyItem = (action: ActionName, origin: Item['origin']): Item => ({
  action,
  origin,
  entries: [],
  v2: true,
});

/** Only here `local-only` can be switched off. */
const present = (action: ActionName, item: Item): Item[] =>
  action === 'local-only' &&
  item.entries.some(({ key, value }) => key === 'local' && value === false)
    ? []
    : [item];

function readItem(document: YamlDocument, action: ActionName, given: YamlNode): Item {
  const origin = document.at(given);
  const node = document.resolve(given);
  if (isMap<YamlNode, YamlNode | null>(node)) {
    return { ...emptyItem(action, origin), entries: readEntries(document, node) };
  }
  throw fileMistake(
    origin,
    `invalid config format for ${specOf(action).v2 ?? action}: a map of fields must stand here`,
  );
}
