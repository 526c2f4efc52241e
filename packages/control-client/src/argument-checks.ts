import {
  abortSignal,
  arrayOf,
  bigint,
  bytes,
  callback,
  count,
  either,
  flag,
  mappingOf,
  number,
  object,
  optional,
  text,
  validateArgument,
  withMethods,
  type OptionChecks,
} from '@receptorjs/validation';
import type { ControlTlsOptions } from './connection/address.js';
import type { ConnectOptions, ControlClientOptions } from './connection/connect-options.js';
import type { RunWorkOptions } from './units/run-work.js';
import type { SubmitRequest } from './units/submission.js';
import type { UnitEventsOptions } from './units/event-follow.js';
import type { SizedStdin } from './units/sized-submission.js';
import type { UnitFollowOptions } from './units/unit-follow.js';

/** What the public functions of this package take, for callers without a type checker. */

const signal = optional(abortSignal);

export const submitRequestChecks: OptionChecks<SubmitRequest> = {
  node: text,
  workType: text,
  params: optional(mappingOf(text)),
  tlsClient: optional(text),
  ttl: optional(text),
  signWork: optional(flag),
  signature: optional(text),
};

export const runWorkChecks: OptionChecks<RunWorkOptions> = {
  onStdout: optional(callback),
  onUnit: optional(callback),
  onStatus: optional(callback),
  signal,
  release: optional(flag),
  lostTimeoutMs: optional(number),
  maxStdoutBytes: optional(count),
};

export const resultsChecks: OptionChecks<Omit<UnitFollowOptions, 'onStatus'>> = {
  startPos: optional(either(count, bigint)),
  signature: optional(text),
  signal,
  lostTimeoutMs: optional(number),
};

export const eventsChecks: OptionChecks<UnitEventsOptions> = {
  after: optional(text),
  unitIds: optional(arrayOf(text)),
  signal,
  lostTimeoutMs: optional(number),
  onDisconnect: optional(callback),
};

export const clientChecks: OptionChecks<ControlClientOptions> = {
  sign: optional(callback),
  expectNode: optional(text),
  greetingTimeoutMs: optional(number),
  replyTimeoutMs: optional(number),
  maxLineBytes: optional(number),
  maxReplyValues: optional(number),
};

export const connectChecks: OptionChecks<ConnectOptions> = {
  ...clientChecks,
  signal,
  timeoutMs: optional(number),
  tls: optional(object),
};

export const tlsChecks: OptionChecks<ControlTlsOptions> = {
  ca: optional(text),
  cert: optional(text),
  key: optional(text),
  insecureSkipVerify: optional(flag),
};

export const sizedStdinChecks: OptionChecks<SizedStdin> = {
  bytes: count,
  open: callback,
  onUnit: optional(callback),
  isPlain: optional(flag),
  startTimeoutMs: optional(number),
};

export const payloadCheck = either(text, bytes, object);

export const addressCheck = either(text, object);

const wait = { signal, timeoutMs: optional(number) } as const;

export const releaseChecks = {
  ...wait,
  force: optional(flag),
  signature: optional(text),
  onlyUnstarted: optional(flag),
} as const;

export const streamChecks = {
  ...wait,
  startPos: optional(either(count, bigint)),
  signature: optional(text),
} as const;

export const unitStreamChecks = {
  startPos: optional(either(count, bigint)),
  signature: optional(text),
  signal,
  stdout: optional(withMethods('room', 'filled')),
} as const;

export const digestChecks = {
  ...wait,
  startPos: optional(bigint),
  endPos: optional(bigint),
  signature: optional(text),
} as const;

export const serviceChecks = { ...wait, tlsClient: optional(text) } as const;

/** @throws {InvalidArgumentError} */
export function checkUnitId(where: string, unitId: unknown): void {
  validateArgument(where, 'unitId', unitId, text);
}
