import {
  compileFirewallRules,
  type CompiledRule,
  type FirewallAction,
  type FirewallRule,
  type FirewallSubject,
} from './firewall-rules.js';

/** The most decisions remembered; all are forgotten when there are more. */
const MAX_DECISIONS = 8192;

/** What the rules say about a message. */
export interface FirewallMatch {
  readonly action: FirewallAction;
  /** The rule that decides and its place in the list, from 0; undefined when none matches, which accepts. */
  readonly rule?: FirewallRule;
  readonly index?: number;
}

/**
 * The firewall of a node. The first rule that matches decides; a message that none matches is accepted. It alone writes
 * its fields.
 *
 * See docs/decisions/0016-firewall-patterns-are-re2.md.
 */
export class Firewall {
  #rules: readonly CompiledRule[] = [];
  #generation = 0;
  /** By the key with which the caller distinguishes messages. */
  readonly #decisions = new Map<string, FirewallAction>();

  /** Whether there are rules at all. */
  get active(): boolean {
    return this.#rules.length > 0;
  }

  /** Changes with the rules: who keeps a decision asks again when it has changed. */
  get generation(): number {
    return this.#generation;
  }

  /** The rules, in order. */
  get rules(): readonly FirewallRule[] {
    return this.#rules.map(({ rule }) => rule);
  }

  /**
   * Replaces the rules, from the next message on.
   *
   * @throws {MeshError} `invalid-firewall-rule`; the rules are then as they were.
   */
  set(rules: readonly FirewallRule[]): void {
    this.#rules = compileFirewallRules(rules);
    this.#generation++;
    this.#decisions.clear();
  }

  /** What becomes of a message, and why. */
  match(subject: FirewallSubject): FirewallMatch {
    const index = this.#rules.findIndex((rule) => rule.matches(subject));
    const rule = this.#rules[index]?.rule;
    return rule === undefined ? { action: 'accept' } : { action: rule.action, rule, index };
  }

  /** What was decided for this key, if that is still known. */
  decided(key: string): FirewallAction | undefined {
    return this.#decisions.get(key);
  }

  /** Decides, and remembers it for the key. */
  decide(key: string, subject: FirewallSubject): FirewallAction {
    if (this.#decisions.size >= MAX_DECISIONS) this.#decisions.clear();
    const { action } = this.match(subject);
    this.#decisions.set(key, action);
    return action;
  }
}
