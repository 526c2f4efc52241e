import { RE2JS, RE2JSException } from 're2js';
import { MeshError } from '../../errors.js';
import { isObject } from '../../wire/json.js';

/** What becomes of a message: handled as usual, answered with `blocked by firewall`, or forgotten without a word. */
export type FirewallAction = 'accept' | 'reject' | 'drop';

/** Between which services of which nodes a message goes. */
export interface FirewallSubject {
  readonly fromNode: string;
  readonly toNode: string;
  readonly fromService: string;
  readonly toService: string;
}

/**
 * One rule. It matches a message when all of its patterns do; a pattern that is absent or `''` matches anything.
 *
 * A pattern is the exact text, case included, or a regular expression between slashes: `/east-[0-9]+/`. Its syntax is RE2's
 * (no back-references, no look-around), as with the original, and so is the time it takes: linear in the name. It stands
 * between `^` and `$`, with no group around it: `/a|b/` is `^a|b$`, everything that begins with a or ends with b;
 * `/(a|b)/` matches a and b only.
 */
export interface FirewallRule extends Partial<FirewallSubject> {
  readonly action: FirewallAction;
}

/** A rule made ready for use. */
export interface CompiledRule {
  readonly rule: FirewallRule;
  matches(subject: FirewallSubject): boolean;
}

/** The most rules a node takes. */
const MAX_RULES = 4096;
/** The longest pattern, in characters: against a name as long as names may be it takes some 20 ms, and peers choose the names. */
const MAX_PATTERN = 1024;

const FIELDS = ['fromNode', 'toNode', 'fromService', 'toService'] as const;
const FIELD_OF_KEY = new Map(FIELDS.map((field) => [field.toLowerCase(), field]));
const ACTIONS: readonly string[] = ['accept', 'reject', 'drop'] satisfies FirewallAction[];
const ALLOWED = `A rule has "action" (${ACTIONS.join(', ')}) and any of ${FIELDS.map((field) => `"${field.toLowerCase()}"`).join(', ')}, each a text or a regular expression between slashes.`;

/**
 * Reads firewall rules as a configuration has them: a list of maps with the keys `action`, `fromnode`, `tonode`,
 * `fromservice` and `toservice`, in any case, and texts as values.
 *
 * @throws {MeshError} `invalid-firewall-rule`: the original's text, which names the rule by its place from 0, and as
 *   hint what is allowed. Unlike with the original, a regular expression that can't be used is a mistake too; there its
 *   field matches everything.
 */
export function parseFirewallRules(list: readonly unknown[]): FirewallRule[] {
  const rules = list.map((item, index) => {
    try {
      return parseRule(item);
    } catch (error) {
      throw inRule(index, error);
    }
  });
  compileFirewallRules(rules);
  return rules;
}

/**
 * Makes rules ready for use.
 *
 * @throws {MeshError} `invalid-firewall-rule`
 */
export function compileFirewallRules(rules: readonly FirewallRule[]): CompiledRule[] {
  if (rules.length > MAX_RULES) {
    throw invalid(`there are ${rules.length} firewall rules; at most ${MAX_RULES} are allowed`);
  }
  return rules.map((rule, index) => {
    try {
      return compile(rule);
    } catch (error) {
      throw inRule(index, error);
    }
  });
}

function parseRule(item: unknown): FirewallRule {
  if (!isObject(item)) throw invalid('invalid firewall rule. see documentation for syntax');
  const patterns: { -readonly [field in keyof FirewallSubject]?: string } = {};
  let action: string | undefined;
  for (const [key, value] of Object.entries(item)) {
    if (typeof value !== 'string') throw invalid(`invalid firewall rule. ${key} must be a string`);
    const name = key.toLowerCase();
    const field = FIELD_OF_KEY.get(name);
    if (name !== 'action' && field === undefined) {
      throw invalid(`invalid filewall rule. unknown key: ${key}`);
    }
    const before = field === undefined ? action : patterns[field];
    if (before !== undefined) throw invalid(`invalid firewall rule. ${name} is given twice`);
    if (field === undefined) action = value;
    else patterns[field] = value;
  }
  return { action: knownAction(action ?? ''), ...patterns };
}

function knownAction(action: string): FirewallAction {
  const known = action.toLowerCase();
  if (!ACTIONS.includes(known)) throw invalid(`unknown action: ${action}`);
  return known as FirewallAction;
}

function compile(rule: FirewallRule): CompiledRule {
  knownAction(rule.action);
  const tests = FIELDS.flatMap((field) => {
    const pattern = rule[field] ?? '';
    return pattern === '' ? [] : [{ field, test: compilePattern(pattern) }];
  });
  return { rule, matches: (subject) => tests.every(({ field, test }) => test(subject[field])) };
}

function compilePattern(pattern: string): (name: string) => boolean {
  if (pattern.length > MAX_PATTERN) {
    throw invalid(`invalid firewall rule. a pattern has at most ${MAX_PATTERN} characters`);
  }
  if (!pattern.startsWith('/')) return (name) => name === pattern;
  if (pattern.length < 2 || !pattern.endsWith('/')) throw invalid('regex not enclosed in //');
  const text = `^${pattern.slice(1, -1)}$`;
  try {
    const expression = RE2JS.compile(text);
    return (name) => expression.test(name);
  } catch (cause) {
    if (!(cause instanceof RE2JSException)) throw cause;
    throw invalid(`regex failed to compile: ${text}: ${cause.message}`, cause);
  }
}

const invalid = (message: string, cause?: unknown): MeshError =>
  new MeshError('invalid-firewall-rule', message, {
    hint: ALLOWED,
    ...(cause === undefined ? {} : { cause }),
  });

function inRule(index: number, error: unknown): unknown {
  if (!(error instanceof MeshError)) return error;
  return invalid(`error in rule ${index}: ${error.message}`, error.cause);
}
