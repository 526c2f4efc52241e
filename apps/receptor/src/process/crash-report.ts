import { errorText } from '@receptorjs/primitives';
import type { Log } from '../log/log.js';

/** Exit code after an error that nothing handles: EX_SOFTWARE of sysexits. */
export const CRASHED = 70;

/** The most lines of a stack, or of the errors behind it. */
const MAX_LINES = 40;

/** The part of a process that says when nothing has handled an error. */
export interface CrashingProcess {
  on(event: 'uncaughtException', listener: (error: unknown) => void): unknown;
  exit(code: number): void;
}

/** Facts about the node that its report begins with. */
export interface CrashFacts {
  readonly nodeId: string;
  readonly version: string;
}

/**
 * An error that nothing has handled ends the node, with a report in its log: what is half done after it can't be known, and the
 * supervisor's restart takes up all units. The report is written before the process ends, whatever stdout is.
 */
export function reportCrashes(
  process: CrashingProcess,
  { nodeId, version }: CrashFacts,
  log: Log,
): void {
  let isReported = false;
  process.on('uncaughtException', (error) => {
    // an error of the report itself ends the process at once
    if (isReported) {
      process.exit(CRASHED);
      return;
    }
    isReported = true;
    for (const line of crashReport(error, { nodeId, version })) log.error(line);
    process.exit(CRASHED);
  });
}

/** The lines of a report: what happened, where it runs, the stack, and the errors behind it. */
export function crashReport(error: unknown, { nodeId, version }: CrashFacts): string[] {
  const { rss } = process.memoryUsage();
  return [
    `The node ${nodeId} ends by an error that nothing handles: ${errorText(error)}`,
    `receptor ${version}, Node ${process.version}, ${process.platform} ${process.arch}, up ${Math.round(process.uptime())} s, ${Math.round(rss / 2 ** 20)} MiB; units of work go on, and a restart takes them up`,
    ...stackLines(error).slice(0, MAX_LINES),
  ];
}

function stackLines(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const own = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  const cause: unknown = error.cause;
  if (cause === undefined || cause === error) return own;
  return [...own, `  caused by ${errorText(cause)}`, ...stackLines(cause)];
}
