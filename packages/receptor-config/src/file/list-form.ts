import { isMap, isScalar, isSeq } from 'yaml';
import type { Node as YamlNode } from 'yaml';
import type { Report } from '../errors.js';
import { ConfigError } from '../errors.js';
import type { Entry, Item, Scalar } from './items.js';
import { fileMistake } from './yaml-document.js';
import type { YamlDocument } from './yaml-document.js';

/**
 * Reads the list form: a list whose items are either a bare string
 * (`- local-only`) or a map with one key, the action, whose value is nothing, one value or a map of fields.
 *
 * @param report takes each mistake; an item with a mistake is left out
 */
export function readListForm(document: YamlDocument, report: Report): Item[] {
  const { top } = document;
  if (top === null) return [];
  if (!isSeq<YamlNode>(top)) {
    report(
      fileMistake(
        document.at(top),
        'config format invalid: the file must be a list of actions, each starting with a dash, or a map with version: 2',
      ),
    );
    return [];
  }
  return top.items.flatMap((node) => reported(() => [readItem(document, node)], report, []));
}

/** Hands a ConfigError over instead of throwing it. */
export function reported<T>(read: () => T, report: Report, otherwise: T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    report(error);
    return otherwise;
  }
}

/** The fields of a map, names in lower case. */
export function readEntries(
  document: YamlDocument,
  map: Parameters<YamlDocument['entries']>[0],
): Entry[] {
  return document.entries(map).map(({ key, keyNode, value }) => ({
    key: key.toLowerCase(),
    value: document.value(value),
    origin: document.at(keyNode),
  }));
}

function readItem(document: YamlDocument, given: YamlNode): Item {
  const origin = document.at(given);
  const node = document.resolve(given);
  if (isScalar(node) && typeof node.value === 'string') {
    return { action: node.value, origin, entries: [] };
  }
  if (!isMap<YamlNode, YamlNode | null>(node)) {
    throw fileMistake(
      origin,
      'unknown config file format: an item must be an action or a map with one action',
    );
  }
  const [entry, ...others] = document.entries(node);
  if (entry === undefined || others.length > 0) {
    throw fileMistake(
      origin,
      'config format invalid: item has multiple names; start each action with its own dash',
    );
  }
  const action = entry.key;
  const fields = document.resolve(entry.value);
  if (isMap<YamlNode, YamlNode | null>(fields)) {
    return { action, origin, entries: readEntries(document, fields) };
  }
  if (isSeq(fields)) {
    throw fileMistake(origin, `invalid config format for ${action}: a list is not allowed here`);
  }
  const bare = document.value(fields) as Scalar | null;
  return bare === null ? { action, origin, entries: [] } : { action, origin, entries: [], bare };
}
