/** How long steps are done one after the other, in milliseconds, before other work has its turn. */
const TURN_MS = 3;

/** Does all steps of something, with turns for other work between them. */
export async function inSteps<T>(steps: Iterator<undefined, T, undefined>): Promise<T> {
  for (;;) {
    const end = performance.now() + TURN_MS;
    do {
      const { done, value } = steps.next();
      if (done === true) return value;
    } while (performance.now() < end);
    await new Promise(setImmediate);
  }
}
