/** Things that the engine knows by number; a number is given out anew once it is free. It alone writes its fields. */
export class Handles<T> {
  readonly #things: (T | undefined)[] = [];
  readonly #free: number[] = [];

  add(thing: T): number {
    const handle = this.#free.pop() ?? this.#things.length;
    this.#things[handle] = thing;
    return handle;
  }

  get(handle: number): T {
    const thing = this.#things[handle];
    if (thing === undefined) throw new Error(`there is no ${handle}`);
    return thing;
  }

  /** Returns what had the number. */
  remove(handle: number): T | undefined {
    const thing = this.#things[handle];
    this.#things[handle] = undefined;
    this.#free.push(handle);
    return thing;
  }

  /** All that are there. */
  all(): T[] {
    return this.#things.filter((thing) => thing !== undefined);
  }
}
