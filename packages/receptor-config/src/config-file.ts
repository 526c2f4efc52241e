import { readFileSync } from 'node:fs';
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Node as YamlNode } from 'yaml';
import { ConfigError } from './errors.js';
import type { Item, Scalar } from './items.js';

/**
 * Reads a configuration file of the list form (control-and-work reference, section 5.1).
 *
 * @throws ConfigError `config-file` when it cannot be read or has another form
 */
export function readConfigFile(path: string): Item[] {
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    const why = code === 'ENOENT' ? 'no such file' : code;
    throw new ConfigError('config-file', `error loading config file: ${path}: ${why}`, { cause });
  }
  return parseConfigFile(source, path);
}

/**
 * Reads the text of a configuration file: a YAML list whose items are either a bare string
 * (`- local-only`) or a map with one key, the action, whose value is nothing, one value or a map of fields.
 *
 * @param source YAML; numbers and booleans as YAML 1.1 has them (`0660` is octal, `yes` is true)
 * @param path its name, for messages
 * @throws ConfigError `config-file`
 */
export function parseConfigFile(source: string, path: string): Item[] {
  const lines = new LineCounter();
  const document = parseDocument(source, {
    version: '1.1',
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const at = (node: YamlNode | null): string =>
    `${path}:${lines.linePos(node?.range?.[0] ?? 0).line}`;
  const fail = (where: string, why: string): never => {
    throw new ConfigError('config-file', `error loading config file: ${where}: ${why}`);
  };
  const mistake = document.errors[0];
  if (mistake) fail(`${path}:${lines.linePos(mistake.pos[0]).line}`, mistake.message);
  const top = document.contents;
  if (top === null) return [];
  if (!isSeq<YamlNode>(top)) {
    return fail(
      at(top),
      'config format invalid: the file must be a list of actions, each starting with a dash',
    );
  }
  return top.items.map((node): Item => {
    const origin = at(node);
    if (isScalar(node) && typeof node.value === 'string') {
      return { action: node.value, origin, entries: [] };
    }
    if (!isMap<YamlNode, YamlNode | null>(node)) {
      return fail(
        origin,
        'unknown config file format: an item must be an action or a map with one action',
      );
    }
    const [pair, ...others] = node.items;
    if (pair === undefined || others.length > 0) {
      return fail(
        origin,
        'config format invalid: item has multiple names; start each action with its own dash',
      );
    }
    const action = String(document.createNode(pair.key).toJS(document));
    const value = pair.value;
    if (value === null || (isScalar(value) && value.value === null)) {
      return { action, origin, entries: [] };
    }
    if (isMap<YamlNode, YamlNode | null>(value)) {
      const entries = value.items.map(
        ({ key, value: field }) =>
          [
            String(key.toJS(document)).toLowerCase(),
            field === null ? null : (field.toJS(document) as unknown),
          ] as const,
      );
      return { action, origin, entries };
    }
    if (isScalar<Scalar>(value)) return { action, origin, entries: [], bare: value.value };
    return fail(origin, `invalid config format for ${action}: a list is not allowed here`);
  });
}
