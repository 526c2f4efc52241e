/**
 * Longest time a call keeps the event loop from everything else, in milliseconds of CPU: what its parts take between which
 * the loop can turn. CPU and not the clock, because the machine may have other things to do.
 *
 * @template T
 * @param {() => T | Promise<T>} call
 * @returns {Promise<{ result: T, holdMs: number }>}
 * @throws what the call throws
 */
export async function measureHold(call) {
  let longest = 0;
  let before = process.cpuUsage();
  const turn = () => {
    const { user, system } = process.cpuUsage(before);
    longest = Math.max(longest, (user + system) / 1000);
    before = process.cpuUsage();
  };
  const result = call();
  turn();
  if (!(result instanceof Promise)) return { result, holdMs: longest };
  let over = false;
  const watch = () => {
    turn();
    if (!over) setImmediate(watch);
  };
  setImmediate(watch);
  try {
    const value = await result;
    turn();
    return { result: value, holdMs: longest };
  } finally {
    over = true;
  }
}
