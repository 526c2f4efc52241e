import { UnitState, type UnitReport } from '@receptorjs/control-protocol';
import { commandEndText, type CommandEnd } from './command-end.js';

/**
 * Why a unit of this machine ended as it did, for programs:
 *
 * - `exit-status`: the command ended by itself with another status than 0
 * - `signal`: a signal ended the command; who sent it is not known
 * - `out-of-memory`: the kernel killed the command for want of memory
 * - `command-not-found`, `permission-denied`: there is no such command, or it may not be run
 * - `invalid-arguments`: its arguments can't be taken apart or given to a program
 * - `start-failed`: it could not be started for another reason
 * - `input-incomplete`: the daemon ended before all stdin had come
 * - `disk-full`, `disk-read-only`: nothing could be written where the units are
 * - `folder-removed`: the unit's folder was removed while it was not final
 * - `host-rebooted`: the machine was started anew before the end was stored
 * - `supervisor-lost`: what watched the command is gone, and the end is not known
 * - `output-too-long`: it wrote more than its work type takes, and was ended for that where it had not ended by itself
 * - `canceled`: somebody canceled it
 */
export type UnitEndCode =
  | 'exit-status'
  | 'signal'
  | 'out-of-memory'
  | 'command-not-found'
  | 'permission-denied'
  | 'invalid-arguments'
  | 'start-failed'
  | 'input-incomplete'
  | 'disk-full'
  | 'disk-read-only'
  | 'folder-removed'
  | 'host-rebooted'
  | 'supervisor-lost'
  | 'output-too-long'
  | 'canceled';

/** Why a command can't be started, in the original's words and for programs. */
export interface StartProblem {
  readonly code: UnitEndCode;
  readonly text: string;
}

/** What was seen of an unit's end. Each kind has what was established, and nothing else. */
export type UnitEndFacts =
  /** The supervisor stored how the command ended. */
  | {
      readonly seen: 'command-ended';
      readonly end: CommandEnd;
      /** What the kernel counted meanwhile, when that explains the signal. */
      readonly outOfMemory?: OutOfMemoryKill | undefined;
    }
  /** The command was not started. */
  | { readonly seen: 'not-started'; readonly problem: StartProblem }
  /** The daemon ended before all stdin had come. */
  | { readonly seen: 'pending-at-restart' }
  /** The supervisor is gone and has stored nothing. */
  | {
      readonly seen: 'supervisor-gone';
      /** How it ended, where this daemon is its parent. */
      readonly how?: CommandEnd | undefined;
      readonly left: ProcessesLeft;
    }
  /** There is no file of a supervisor at all, although the unit is said to run. */
  | { readonly seen: 'no-supervisor' }
  /** The supervisor was of an earlier start of the machine. */
  | { readonly seen: 'other-boot'; readonly bootId: string; readonly nowBootId: string }
  /** A daemon of the original, or a process of it, has stored the end. */
  | { readonly seen: 'stored-by-original'; readonly state: UnitState; readonly detail: string }
  | { readonly seen: 'no-folder'; readonly left: ProcessesLeft }
  /** It had more stdout than is taken, and its processes were ended. */
  | { readonly seen: 'too-much-output'; readonly maxBytes: number; readonly left: ProcessesLeft }
  /** It ended by itself, and had more stdout by then. */
  | { readonly seen: 'ended-with-too-much'; readonly maxBytes: number; readonly end: CommandEnd }
  | { readonly seen: 'canceled' };

/** A kill that the kernel counted in the control group of a command when that was killed. */
export interface OutOfMemoryKill {
  /** Path of the control group. */
  readonly group: string;
  /** How many other units ran in it: the kill may have been of one of them. */
  readonly others: number;
}

/** What is left of a unit's processes: nothing, or why that is not so. */
export type ProcessesLeft = 'none' | { readonly why: string };

/** The last status of a unit. */
export interface UnitEnd {
  readonly state: UnitState;
  readonly detail: string;
  readonly report?: UnitReport;
}

/**
 * What is said of the end of a unit. A cause is named only where it was established; the original's texts are kept where
 * it has them.
 *
 * @param lastOutput reads the last output of the unit; called for a failed one only
 */
export function describeEnd(
  facts: UnitEndFacts,
  lastOutput: () => string | undefined = () => undefined,
): UnitEnd {
  if (facts.seen === 'canceled') {
    return { state: UnitState.Canceled, detail: 'Canceled', report: { errorCode: 'canceled' } };
  }
  if (facts.seen === 'command-ended' && facts.end.kind === 'exit' && facts.end.number === 0) {
    return { state: UnitState.Succeeded, detail: commandEndText(facts.end) };
  }
  if (facts.seen === 'stored-by-original' && facts.state !== UnitState.Failed) {
    const { state, detail } = facts;
    return state === UnitState.Canceled
      ? { state, detail, report: { errorCode: 'canceled' } }
      : { state, detail };
  }
  const { code, text } = failureOf(facts);
  const output = lastOutput();
  const report = {
    ...(code === undefined ? {} : { errorCode: code }),
    ...(output === undefined ? {} : { lastOutput: output }),
  };
  return { state: UnitState.Failed, detail: text, report };
}

/** A failure that another program has stored may be one that we have no word for. */
interface Failure {
  readonly code: UnitEndCode | undefined;
  readonly text: string;
}

function failureOf(facts: Exclude<UnitEndFacts, { seen: 'canceled' }>): Failure {
  switch (facts.seen) {
    case 'command-ended':
      return commandFailure(facts.end, facts.outOfMemory);
    case 'not-started':
      return facts.problem;
    case 'pending-at-restart':
      return { code: 'input-incomplete', text: 'Pending at restart' };
    case 'no-supervisor':
      return {
        code: 'supervisor-lost',
        text: 'Failed to restart: nothing is known of its supervisor',
      };
    case 'supervisor-gone': {
      const gone =
        facts.how === undefined
          ? 'supervisor is gone, why is not known,'
          : `supervisor ended (${commandEndText(facts.how)})`;
      return {
        code: 'supervisor-lost',
        text: `${gone} before it stored how the command ended; ${leftText(facts.left)}`,
      };
    }
    case 'other-boot':
      return {
        code: 'host-rebooted',
        text: `host was rebooted before it was stored how the command ended (boot ID ${facts.bootId}, now ${facts.nowBootId})`,
      };
    case 'stored-by-original':
      return { code: codeOfOriginal(facts.detail), text: facts.detail };
    case 'too-much-output':
      return {
        code: 'output-too-long',
        text: `ended for having ${tooMuchText(facts)}; ${leftText(facts.left)}`,
      };
    case 'ended-with-too-much':
      return {
        code: 'output-too-long',
        text: `${commandEndText(facts.end)}, with ${tooMuchText(facts)}`,
      };
    case 'no-folder':
      return {
        code: 'folder-removed',
        text: `unit folder was removed before it was stored how the command ended; ${leftText(facts.left)}`,
      };
  }
}

function commandFailure(end: CommandEnd, outOfMemory?: OutOfMemoryKill): StartProblem {
  const text = commandEndText(end);
  if (end.kind === 'exit') return { code: 'exit-status', text };
  if (outOfMemory === undefined) return { code: 'signal', text };
  const { group, others } = outOfMemory;
  return others === 0
    ? {
        code: 'out-of-memory',
        text: `${text} (out of memory: the kernel counted such a kill in control group ${group})`,
      }
    : {
        code: 'signal',
        text: `${text} (the kernel counted a kill for want of memory in control group ${group}, where ${others} other units ran)`,
      };
}

/** What the original's own words establish. Its runner says `Killed` when it was told to end the command. */
function codeOfOriginal(detail: string): UnitEndCode | undefined {
  if (/^exit status \d+$/.test(detail)) return 'exit-status';
  if (/^signal: /.test(detail) || detail === 'Killed') return 'signal';
  return detail === 'Pending at restart' ? 'input-incomplete' : undefined;
}

const tooMuchText = ({ maxBytes }: { readonly maxBytes: number }): string =>
  `more than ${maxBytes} bytes of stdout, the most that its work type takes (maxstdout)`;

function leftText(left: ProcessesLeft): string {
  return left === 'none'
    ? 'none of its processes is found any more'
    : `some of its processes may be left: ${left.why}`;
}
