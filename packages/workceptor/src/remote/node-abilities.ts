/**
 * What the control service of a node knows: a unit's submission, status and stdout over one connection; only the mark by which stdin ends, as
 * earlier versions; or neither, as nodes of the original.
 */
export type Ability = 'one-connection' | 'end-of-stdin' | 'original';

/** Milliseconds for which it counts what a node has answered: it may be replaced by one that knows more. */
const KNOWN_MS = 600_000;

/** Nodes of which it is known at once. */
const MAX_NODES = 10_000;

/** What the control services of other nodes know, as far as they have answered lately. */
export class NodeAbilities {
  /** Written by `note` only. */
  readonly #known = new Map<string, { readonly ability: Ability; readonly at: number }>();

  of(node: string): Ability | undefined {
    const known = this.#known.get(node);
    return known && performance.now() - known.at < KNOWN_MS ? known.ability : undefined;
  }

  note(node: string, ability: Ability): void {
    // what was asked lately is asked again
    if (this.#known.size >= MAX_NODES) this.#known.clear();
    const { at = performance.now() } =
      this.of(node) === ability ? (this.#known.get(node) ?? {}) : {};
    this.#known.set(node, { ability, at });
  }
}
