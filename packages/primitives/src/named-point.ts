/** The one way to arm a point; for tests of this project alone. */
const ARMED_BY = 'RECEPTORJS_STOP_AT';

/**
 * Marks a step after which a crash must do no harm. Nothing happens there, unless the environment of the process had
 * `RECEPTORJS_STOP_AT=NAME` when it was started: the process kills itself then when it comes to that point, as `kill -9` and a power cut do,
 * with `NAME#3` when it comes there the third time. That is for tests alone (`npm run crashes`). It is read once, before anything
 * is received, so that nobody but who starts the process can arm a point.
 */
export const point: (name: string) => void = armedPoint(process.env[ARMED_BY], () =>
  process.kill(process.pid, 'SIGKILL'),
);

/**
 * What {@link point} is where the variable has this text.
 *
 * @param armed name of a point, perhaps with `#` and how many times it is come to
 */
export function armedPoint(armed: string | undefined, crash: () => void): (name: string) => void {
  if (armed === undefined) return () => undefined;
  const [armedName, times = '1'] = armed.split('#');
  let left = Number(times);
  return (name) => {
    if (name !== armedName) return;
    left -= 1;
    if (left === 0) crash();
  };
}
