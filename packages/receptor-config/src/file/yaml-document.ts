import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Alias, Document, Node as YamlNode, YAMLMap } from 'yaml';
import { ConfigError } from '../errors.js';
import type { Report } from '../errors.js';
import type { FilePlace } from './items.js';
import { limits } from './limits.js';

/** One entry of a map, after merges. */
export interface MapEntry {
  readonly key: string;
  readonly keyNode: YamlNode;
  readonly value: YamlNode | null;
}

/** Puts `error loading config file: FILE:LINE: ` before a text. */
export function fileMistake(origin: FilePlace, why: string, cause?: unknown): ConfigError {
  return new ConfigError(
    'config-file',
    `error loading config file: ${origin.file}:${origin.line}: ${why}`,
    { origin, plain: why, cause },
  );
}

/**
 * The text of one YAML 1.1 file, read with bounds: {@link limits} hold for its size, its depth and for what its aliases
 * and merge keys come to. Numbers and booleans are those of Go's yaml.v2 (`0660` is octal, `yes` is true, dates and
 * `12:30` are texts).
 */
export class YamlDocument {
  readonly top: YamlNode | null;
  readonly #document: Document;
  readonly #lines = new LineCounter();
  #values = 0;
  #targets: ReadonlyMap<Alias, YamlNode> | undefined;

  /**
   * @param report takes syntax errors; `top` is null after one
   * @throws {ConfigError} `config-file` when the text is too long or too deep
   */
  constructor(
    source: string,
    readonly path: string,
    report: Report,
  ) {
    if (Buffer.byteLength(source) > limits.fileBytes) {
      throw this.#whole(`the file is longer than ${limits.fileBytes} bytes`);
    }
    if (bracketDepth(source) > limits.brackets) throw this.#whole(tooDeep);
    try {
      this.#document = withoutTraces(() =>
        parseDocument(source, {
          version: '1.1',
          lineCounter: this.#lines,
          prettyErrors: false,
          logLevel: 'error',
          intAsBigInt: true,
          // Its check compares every pair; entries() compares by a set.
          uniqueKeys: false,
        }),
      );
    } catch (cause) {
      throw this.#whole('the file cannot be read as YAML', cause);
    }
    for (const { pos, message } of this.#document.errors.slice(0, limits.mistakes)) {
      // Block lists in each other exhaust the reader's stack, which it reports as an error of syntax.
      const why = message.includes('call stack') ? tooDeep : message;
      report(fileMistake(this.#place(pos[0]), why));
    }
    this.top = this.#document.errors.length > 0 ? null : this.#document.contents;
  }

  #whole(why: string, cause?: unknown): ConfigError {
    return fileMistake({ file: this.path, line: 1, column: 1 }, why, cause);
  }

  #place(offset: number): FilePlace {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.path, line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  /** Where a node begins. */
  at(node: YamlNode | null): FilePlace {
    return this.#place(node?.range?.[0] ?? 0);
  }

  /**
   * The node itself, or the one its alias stands for.
   *
   * @throws {ConfigError} when there is no such anchor
   */
  resolve(node: YamlNode | null): YamlNode | null {
    if (!isAlias(node)) return node;
    this.#targets ??= aliasTargets(this.#document);
    const target = this.#targets.get(node);
    if (target === undefined) {
      throw fileMistake(this.at(node), `there is no anchor ${node.source}`);
    }
    return target;
  }

  /**
   * The entries of a map, those of its merge keys (`<<`) after its own; keys are texts.
   *
   * @throws {ConfigError} for a key that stands twice or is no scalar
   */
  entries(map: YAMLMap<YamlNode, YamlNode | null>, depth = 0): MapEntry[] {
    const own = new Map<string, MapEntry>();
    const merged: YamlNode[] = [];
    for (const { key: keyNode, value } of map.items) {
      this.#count(keyNode, depth);
      if (isScalar(keyNode) && keyNode.source === '<<' && keyNode.type === 'PLAIN') {
        const from = this.resolve(value);
        for (const one of isSeq<YamlNode>(from) ? from.items : from === null ? [] : [from])
          merged.push(one);
        continue;
      }
      const key = this.resolve(keyNode);
      if (!isScalar(key)) throw fileMistake(this.at(keyNode), 'a key must be text');
      const name = String(this.#scalar(key));
      if (own.has(name)) throw fileMistake(this.at(keyNode), `the key ${name} stands twice`);
      own.set(name, { key: name, keyNode, value });
    }
    for (const each of merged) {
      const from = this.resolve(each);
      if (!isMap<YamlNode, YamlNode | null>(from)) {
        throw fileMistake(this.at(each), 'only maps can be merged');
      }
      for (const entry of this.entries(from, depth + 1)) {
        if (!own.has(entry.key)) own.set(entry.key, entry);
      }
    }
    return [...own.values()];
  }

  /**
   * A node as plain values: null, texts, numbers (bigint when not exact), booleans, arrays, objects.
   *
   * @throws {ConfigError}
   */
  value(given: YamlNode | null, depth = 0): unknown {
    this.#count(given, depth);
    const node = this.resolve(given);
    if (node === null) return null;
    if (isScalar(node)) return this.#scalar(node);
    if (isMap<YamlNode, YamlNode | null>(node)) {
      return Object.fromEntries(
        this.entries(node, depth).map(({ key, value }) => [key, this.value(value, depth + 1)]),
      );
    }
    if (isSeq<YamlNode>(node)) return node.items.map((item) => this.value(item, depth + 1));
    throw fileMistake(this.at(node), 'this kind of value is not supported');
  }

  #count(node: YamlNode | null, depth: number): void {
    this.#values += 1;
    if (this.#values > limits.values) {
      throw fileMistake(this.at(node), `more than ${limits.values} values`);
    }
    if (depth > limits.depth) throw fileMistake(this.at(node), tooDeep);
  }

  #scalar(node: YamlNode & { value: unknown; source?: string; format?: string }): unknown {
    const { value } = node;
    if (value instanceof Date || node.format === 'TIME') return node.source ?? '';
    if (typeof value === 'bigint') {
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    }
    if (value === null || value === undefined) return null;
    if (typeof value === 'object' || typeof value === 'symbol') {
      throw fileMistake(this.at(node), 'this kind of value is not supported');
    }
    return value;
  }
}

/** The reader makes an error for each character that is wrong, and their stack traces take most of its time. */
function withoutTraces<T>(read: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return read();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

const tooDeep = `maps and lists are more than ${limits.depth} deep`;

/** What each alias stands for: the node that last took its anchor before it. One walk, however many aliases there are. */
function aliasTargets(document: Document): ReadonlyMap<Alias, YamlNode> {
  const anchors = new Map<string, YamlNode>();
  const targets = new Map<Alias, YamlNode>();
  visit(document, {
    Value(_, node) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
    Alias(_, node) {
      const target = anchors.get(node.source);
      if (target !== undefined) targets.set(node, target);
    },
  });
  return targets;
}

/**
 * An upper bound of how deep brackets stand in each other, without reading the text as YAML; brackets in texts and
 * comments count only when they are not closed.
 */
function bracketDepth(source: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [bracket] of source.matchAll(/[[\]{}]/g)) {
    depth = bracket === '[' || bracket === '{' ? depth + 1 : Math.max(0, depth - 1);
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
