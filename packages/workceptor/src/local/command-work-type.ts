import { count, flag, number, optional, text, validateOptions } from '@receptorjs/validation';
import { runtimeParams } from '../submission-checks.js';
import type { WorkType } from '../work-type.js';
import { CommandUnit } from './command-unit.js';
import { isLeftByGo } from './go-runner.js';
import { GoUnit } from './go-unit.js';
import { OutOfMemoryKills } from './oom-kills.js';
import { SupervisorLauncher } from './supervisor-launcher.js';

/** Of all types: their units may run in the same control group. */
const outOfMemory = new OutOfMemoryKills();

/** Of all types: one shell is enough. */
const launcher = new SupervisorLauncher();

/** 64 GiB: the most stdout of one unit unless configured. */
const DEFAULT_MAX_STDOUT_BYTES = 64 * 2 ** 30;

/** A work type that runs a command of this machine. */
export interface CommandType {
  /** Name of the type; `remote` is taken. */
  readonly workType: string;
  /** Program to run, looked up in PATH when it has no slash. */
  readonly command: string;
  /** Arguments, split by the quoting rules of a shell. */
  readonly params?: string | undefined;
  /** Whether a submission may add arguments. Default false. */
  readonly allowRuntimeParams?: boolean | undefined;
  /** Whether submissions from TCP and the mesh must be signed. Default false. */
  readonly verifySignature?: boolean | undefined;
  /** Units that run at once; others wait, and submitters take turns. Default: any number. */
  readonly maxRunning?: number | undefined;
  /** Units that wait, beyond those that run; further submissions are refused. Default 10,000. */
  readonly maxQueued?: number | undefined;
  /** Bytes of stdout of one unit; one with more is ended, and fails. Looked at once a second and at its end. Default 64 GiB, `Infinity` for no limit. */
  readonly maxStdoutBytes?: number | undefined;
}

/**
 * The work type of a command of this machine.
 *
 * @throws {TypeError} `invalid-argument`
 */
export function commandWorkType(type: CommandType): WorkType {
  validateOptions<CommandType>('commandWorkType', type, {
    workType: text,
    command: text,
    params: optional(text),
    allowRuntimeParams: optional(flag),
    verifySignature: optional(flag),
    maxRunning: optional(count),
    maxQueued: optional(count),
    maxStdoutBytes: optional(number),
  });
  const { workType, command, verifySignature = false, maxRunning, maxQueued } = type;
  const { maxStdoutBytes = DEFAULT_MAX_STDOUT_BYTES } = type;
  return {
    workType,
    verifySignature,
    queue: { maxRunning, maxQueued },
    checkSubmission: ({ params }) => ({ Pid: 0, Params: runtimeParams(type, params) }),
    createUnit: (record, { cancelGraceMs, digests, log, release }) => {
      const options = {
        graceMs: cancelGraceMs,
        digests,
        log,
        showsOutput: !verifySignature,
        onReleased: release,
      };
      return isLeftByGo(record)
        ? new GoUnit(record, options)
        : new CommandUnit(record, { ...options, command, outOfMemory, launcher, maxStdoutBytes });
    },
  };
}
