import { constants } from 'node:os';

/** How a process ended: by itself with a status, or by a signal. */
export interface CommandEnd {
  readonly kind: 'exit' | 'signal';
  /** The exit status, or the signal's number on this system. */
  readonly number: number;
}

/** The end of a child of this process, as `exit` events tell it. */
export function commandEndOf(code: number | null, signal: NodeJS.Signals | null): CommandEnd {
  return signal === null
    ? { kind: 'exit', number: code ?? 0 }
    : { kind: 'signal', number: constants.signals[signal] };
}

/** `exit status 2`, `signal: killed`: the original's words. */
export function commandEndText({ kind, number }: CommandEnd): string {
  return kind === 'exit' ? `exit status ${number}` : `signal: ${signalText(number)}`;
}

/** Whether it was SIGKILL, which nobody can tell from a kill by the kernel. */
export function wasKilled({ kind, number }: CommandEnd): boolean {
  return kind === 'signal' && number === constants.signals.SIGKILL;
}

const signalTexts: Readonly<Partial<Record<NodeJS.Signals, string>>> = {
  SIGHUP: 'hangup',
  SIGINT: 'interrupt',
  SIGQUIT: 'quit',
  SIGILL: 'illegal instruction',
  SIGTRAP: 'trace/breakpoint trap',
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGKILL: 'killed',
  SIGUSR1: 'user defined signal 1',
  SIGSEGV: 'segmentation fault',
  SIGUSR2: 'user defined signal 2',
  SIGPIPE: 'broken pipe',
  SIGALRM: 'alarm clock',
  SIGTERM: 'terminated',
  SIGXCPU: 'CPU time limit exceeded',
  SIGXFSZ: 'file size limit exceeded',
};

/** The name of a signal in details: `killed`, `terminated`, ..., or `signal N`. */
function signalText(number: number): string {
  const name = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  return signalTexts[name as NodeJS.Signals] ?? `signal ${number}`;
}
