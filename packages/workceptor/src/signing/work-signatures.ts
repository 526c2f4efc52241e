import { errorText, silentLogger, type Logger } from '@receptorjs/primitives';
import { requestOrigin, SharedLines } from '@receptorjs/quotas';
import { arrayOf, number, text, validateArgument, validateOptions } from '@receptorjs/validation';
import type { KeyObject } from 'node:crypto';
import { WorkError } from '../errors.js';
import type { Access } from '../work-verbs.js';
import { signToken, TokenError, UnknownSigner, verifyToken } from './json-web-token.js';
import { keyFileText, KeyFile } from './key-file.js';

/** The most files with keys that a node verifies signatures by: each may be tried for a signature. */
const MAX_VERIFYING_KEYS = 16;

/** How a node signs what it submits to others. */
export interface SigningOptions {
  /** File of the RSA private key, PEM: PKCS #1 or PKCS #8. It is read again when it has changed. */
  readonly privateKey: string;
  /** Milliseconds for which a signature is good. */
  readonly tokenExpirationMs: number;
}

/**
 * The signatures of one node: those it makes for nodes it submits work to, and those it verifies. What it signs by and verifies by
 * may be exchanged while it runs. It alone writes its fields.
 *
 * See docs/decisions/0112-signatures-of-work.md.
 */
export class WorkSignatures {
  #signing: { readonly file: KeyFile; readonly expirationMs: number } | undefined;
  #verifying: readonly KeyFile[] = [];
  /** Lines about files that can't be read, which whoever sends a signature causes. */
  readonly #lines = new SharedLines();

  /** @param nodeId what the tokens that this node takes must be for */
  constructor(
    private readonly nodeId: string,
    private readonly log: Logger = silentLogger,
    private readonly now: () => number = Date.now,
  ) {}

  /** Whether there is a key to verify by. */
  get verifies(): boolean {
    return this.#verifying.length > 0;
  }

  /** Signs by this key from now on; by none without one. */
  signWith(options: SigningOptions | undefined): void {
    if (options !== undefined) {
      validateOptions<SigningOptions>('signWith', options, {
        privateKey: text,
        tokenExpirationMs: number,
      });
    }
    this.#signing = options && {
      file: new KeyFile(options.privateKey, 'private'),
      expirationMs: options.tokenExpirationMs,
    };
  }

  /**
   * Verifies by these keys from now on: a signature by any of them is good, so that a new key can be known before it signs, and the old
   * one until it signs no more.
   *
   * @param publicKeys files of RSA public keys, PEM, SPKI, one in each; they are read again when they have changed
   * @throws {TypeError} `invalid-argument`
   * @throws {WorkError} `rejected` for more than 16
   */
  verifyWith(publicKeys: readonly string[]): void {
    validateArgument('verifyWith', 'publicKeys', publicKeys, arrayOf(text));
    if (publicKeys.length > MAX_VERIFYING_KEYS) {
      const given = publicKeys.length;
      throw new WorkError(
        'rejected',
        `${given} keys to verify by, allowed are ${MAX_VERIFYING_KEYS}`,
      );
    }
    this.#verifying = publicKeys.map((path) => new KeyFile(path, 'public'));
  }

  /**
   * Signs a request to a node.
   *
   * @throws {Error} in the original's words
   */
  async sign(nodeId: string): Promise<string> {
    const { key, expirationMs } = await this.#signingKey();
    return signToken(key, { audience: nodeId, expiresAtMs: this.now() + expirationMs });
  }

  /**
   * Checks that requests can be signed now, before anything of a submission is stored.
   *
   * @throws {WorkError} `rejected`
   */
  async checkCanSign(): Promise<void> {
    try {
      await this.#signingKey();
    } catch (cause) {
      throw new WorkError('rejected', errorText(cause), { cause });
    }
  }

  /**
   * Checks the signature that comes with a request; none is asked of the clients of a Unix socket.
   *
   * @param required whether what the request is about asks for one
   * @throws {WorkError} `rejected`
   */
  async check(required: boolean, access: Access): Promise<void> {
    const { transport, signature = '' } = access;
    if (!required && signature !== '') {
      throw new WorkError('rejected', 'work type did not expect a signature');
    }
    if (required && transport !== 'unix') await this.#verify(signature, access);
  }

  /**
   * Checks whether a request may have this node sign what it submits for it. Otherwise everybody who reaches the node could have work
   * signed by its key.
   *
   * @throws {WorkError} `rejected`
   */
  async checkMaySign(access: Access): Promise<void> {
    if (access.transport === 'unix') return;
    try {
      await this.check(true, access);
    } catch (cause) {
      throw new WorkError(
        'rejected',
        `cannot sign work: this node signs for clients of its Unix socket and for requests that are signed themselves (${errorText(cause)})`,
        { cause },
      );
    }
  }

  async #signingKey(): Promise<{ key: KeyObject; expirationMs: number }> {
    if (this.#signing === undefined) throw new Error('cannot sign work: signing key is empty');
    const { file, expirationMs } = this.#signing;
    const key = await file.key().catch((cause: unknown) => {
      throw new Error(`could not load signing key file: ${errorText(cause)}`, { cause });
    });
    return { key, expirationMs };
  }

  async #verify(signature: string, access: Access): Promise<void> {
    const unverified = (why: string, cause?: unknown): WorkError =>
      new WorkError('rejected', `could not verify signature: ${why}`, { cause });
    if (signature === '') throw unverified('signature is empty');
    if (this.#verifying.length === 0) throw unverified('verifying key not specified');
    const files = this.#verifying;
    const loads = await Promise.allSettled(files.map((file) => file.key()));
    const keys = loads.flatMap((load) => (load.status === 'fulfilled' ? [load.value] : []));
    const broken = loads.find((load) => load.status === 'rejected')?.reason as unknown;
    const sayWhatIsMissing = (): void => {
      for (const [index, { path }] of files.entries()) {
        const load = loads[index];
        if (load?.status === 'rejected') this.#sayMissing(path, load.reason, access);
      }
    };
    if (keys.length === 0) {
      sayWhatIsMissing();
      throw new WorkError('rejected', `could not load verifying key file: ${errorText(broken)}`, {
        cause: broken,
      });
    }
    let aud: unknown;
    try {
      ({ aud } = await verifyToken(signature, keys, this.now()));
    } catch (error) {
      if (error instanceof UnknownSigner) sayWhatIsMissing();
      if (error instanceof TokenError) throw unverified(error.message, error);
      throw error;
    }
    const audience: unknown[] = Array.isArray(aud) ? aud : [aud];
    if (!audience.includes(this.nodeId)) {
      throw new WorkError('rejected', 'token audience did not match node ID');
    }
  }

  /** What was refused may be signed by the very key that is missing; the reply does not say so, for files are the operator's. */
  #sayMissing(path: string, why: unknown, access: Access): void {
    const line = `A signature was not verified, and this key could not be tried: ${keyFileText(path, why)}`;
    this.#lines.write(requestOrigin(access), line, (each) => {
      this.log.warning(each);
    });
  }
}
