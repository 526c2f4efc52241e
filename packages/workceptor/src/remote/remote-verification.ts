import type { ControlClient } from '@receptorjs/control-client';
import { isBadCommand, isUnknownUnit, type UnitStatus } from '@receptorjs/control-protocol';
import { Backoff } from '@receptorjs/control-client/internal';
import { errorText, type Logger } from '@receptorjs/primitives';
import { foreignText } from './foreign-text.js';
import type { RemoteStdout } from './remote-stdout.js';

/** Times that the other node is asked for a digest that it has not told with its final status. */
const ATTEMPTS = 3;

/** What verification needs from its unit. */
export interface VerificationContext {
  readonly remoteUnitId: string;
  readonly stdout: RemoteStdout;
  readonly connect: () => Promise<ControlClient>;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/**
 * What a comparison has shown: the digests agree; the other node tells none; or they differ, and so many bytes from the first one on are
 * those of the other node.
 */
export type Verdict =
  | { readonly kind: 'same'; readonly sha256: string }
  | { readonly kind: 'untold' }
  | { readonly kind: 'differs'; readonly goodBytes: bigint };

/**
 * Compares the stdout that is stored here with what the other node says of its own, byte by byte through digests: what stands in the file
 * counts, not what was received, so that a disk that has lost something is noticed too.
 *
 * See docs/decisions/0115-output-is-verified-by-digest.md.
 */
export class RemoteVerification {
  readonly #backoff = new Backoff();

  constructor(private readonly context: VerificationContext) {}

  /** The node has become reachable. */
  retryNow(): void {
    this.#backoff.skip();
  }

  /**
   * Compares all of it. Whatever keeps the other node from telling its digest is waited for a few times only: the unit has ended, and its
   * output is here.
   *
   * @param canTell whether the node knows requests of this project
   */
  async check(status: UnitStatus, canTell: boolean): Promise<Verdict> {
    const { stdout, signal } = this.context;
    const { report, stdoutSize: size } = status;
    if (report?.stdoutSha256 === undefined && !canTell) return { kind: 'untold' };
    // both sides read their own at the same time
    const [told, here] = await Promise.all([
      report?.stdoutSha256 ?? this.#askWhole(),
      stdout.storedSize() >= size ? this.#digestHere(0n, size) : undefined,
    ]);
    if (told === undefined) return { kind: 'untold' };
    if (here === told) return { kind: 'same', sha256: told };
    const stored = stdout.storedSize();
    if (signal.aborted) return { kind: 'untold' };
    return { kind: 'differs', goodBytes: await this.#goodBytes(stored < size ? stored : size) };
  }

  #digestHere(startPos: bigint, endPos: bigint): Promise<string> {
    return this.context.stdout.digest({ startPos, endPos }, () => this.context.signal.aborted);
  }

  async #askWhole(): Promise<string | undefined> {
    const { remoteUnitId, signal, log } = this.context;
    for (let attempt = 1; attempt <= ATTEMPTS && !signal.aborted; attempt++) {
      try {
        return await this.#ask(async (client) => (await client.workDigest(remoteUnitId)).sha256);
      } catch (error) {
        if (isBadCommand(error) || isUnknownUnit(error)) return undefined;
        log.debug(`No digest of remote unit ${remoteUnitId} yet: ${foreignText(errorText(error))}`);
        if (attempt < ATTEMPTS) await this.#backoff.wait(signal);
      }
    }
    return undefined;
  }

  /**
   * How many bytes from the first one on are the same on both sides: halves the range in which the first difference is, so that both
   * sides read what is stored once more at most. None where the other node can't say it.
   */
  async #goodBytes(limit: bigint): Promise<bigint> {
    const { remoteUnitId, log } = this.context;
    try {
      return await this.#ask(async (client) => {
        let good = 0n;
        let end = limit;
        while (good < end) {
          const middle = (good + end + 1n) / 2n;
          const range = { startPos: good, endPos: middle };
          const [here, there] = await Promise.all([
            this.#digestHere(good, middle),
            client.workDigest(remoteUnitId, range),
          ]);
          if (here === there.sha256) good = middle;
          else end = middle - 1n;
        }
        return good;
      });
    } catch (error) {
      log.debug(
        `All of remote unit ${remoteUnitId} is fetched again: ${foreignText(errorText(error))}`,
      );
      return 0n;
    }
  }

  async #ask<T>(run: (client: ControlClient) => Promise<T>): Promise<T> {
    const client = await this.context.connect();
    try {
      return await run(client);
    } finally {
      client.close();
    }
  }
}
