import { errorText, goShlex, splitShellWords } from '@receptorjs/primitives';
import { parseDuration } from './duration.js';
import { WorkError } from './errors.js';
import { whyTooLong } from './local/exec-limit.js';
import type { WorkSubmission } from '@receptorjs/control-protocol';

/**
 * The arguments of a command: those of its type, then those of the submission.
 *
 * @throws {WorkError} `rejected` when the type takes none, or when no program can be given so many
 */
export function runtimeParams(
  type: { readonly params?: string | undefined; readonly allowRuntimeParams?: boolean | undefined },
  params: Readonly<Record<string, string>>,
): string {
  const base = type.params ?? '';
  const extra = params['params'] ?? '';
  if (extra !== '' && type.allowRuntimeParams !== true) {
    throw new WorkError('rejected', 'extra params provided but not allowed');
  }
  const joined = [base, extra].filter((part) => part !== '').join(' ');
  const problem = whyTooLong(wordsOf(joined));
  if (problem !== undefined) throw new WorkError('rejected', problem);
  return joined;
}

/** None when they are wrong: that is said of the unit. */
function wordsOf(params: string): string[] {
  try {
    return splitShellWords(params, goShlex);
  } catch {
    return [];
  }
}

/** Bytes of the names and values of all parameters of one submission: its status holds them, and is written at each change. */
export const MAX_PARAM_BYTES = 2_097_152;

/**
 * Checks the size of a submission.
 *
 * @throws {WorkError} `rejected`
 */
export function checkParamSize(params: Readonly<Record<string, string>>): void {
  let bytes = 0;
  for (const [name, value] of Object.entries(params)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  if (bytes <= MAX_PARAM_BYTES) return;
  throw new WorkError(
    'rejected',
    `the parameters have ${bytes} bytes, allowed are ${MAX_PARAM_BYTES}; larger data goes into stdin`,
  );
}

/**
 * Checks what can be known about remote work before anything is stored.
 *
 * @returns when the unit expires unless it has started, or `undefined` for never
 * @throws {WorkError} `rejected`
 */
export function checkRemoteSubmission(
  { tlsClient, params, ttl }: WorkSubmission,
  facts: {
    readonly hasTlsClient: (name: string) => boolean;
    readonly now: number;
  },
): Date | undefined {
  if (tlsClient !== undefined && !facts.hasTlsClient(tlsClient)) {
    throw new WorkError('rejected', `unknown TLS config ${tlsClient}`);
  }
  if (tlsClient === undefined && Object.keys(params).some((key) => isSecret(key))) {
    throw new WorkError('rejected', 'cannot send secrets over a non-TLS connection');
  }
  if (ttl === undefined) return undefined;
  try {
    const expiration = BigInt(facts.now) + parseDuration(ttl) / 1_000_000n;
    return new Date(Number(expiration));
  } catch (cause) {
    throw new WorkError('rejected', errorText(cause), { cause });
  }
}

/** Whether a parameter is left out of replies. */
export function isSecret(param: string): boolean {
  return param.toLowerCase().startsWith('secret_');
}
