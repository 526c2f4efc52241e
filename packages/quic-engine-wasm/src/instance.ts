import { randomFillSync, type KeyObject } from 'node:crypto';
import { callVerifier, type QuicVerifier } from '@receptorjs/quic-engine';
import { unpack } from './certificate-list.js';
import { HostCipher, type CipherChoice } from './ciphers/host-cipher.js';
import { TAG_BYTES } from './ciphers/aead.js';
import { EngineMemory } from './engine-memory.js';
import { VERDICT, type EngineExports } from './exports.js';
import { Handles } from './handles.js';
import { generateKeyPair, type KeyPair } from './key-exchange.js';
import { isSigned, signWith } from './signatures.js';
import { isTrustedItself } from './trusted-peers.js';
import { webAssembly, type WasmMemory, type WasmModule } from './web-assembly.js';

/** What the engine asks about one peer: who verifies it, and where to keep what it has shown. */
export interface Examination {
  readonly verifier: QuicVerifier | undefined;
  shown(certificates: readonly Buffer[]): void;
}

/** What an instance knows of its own end, and whom it trusts. */
export interface InstanceOptions {
  /** What this end signs with. */
  readonly key: KeyObject | undefined;
  /** DER. */
  readonly authorities: readonly Buffer[];
  /** What certificates of peers are for, an object identifier. */
  readonly purpose: string;
  readonly ciphers: CipherChoice;
}

/**
 * One instance of the engine's module with the host functions it imports. When it stops by a panic it answers every
 * call with 0 from then on, and {@link failure} says why. It alone writes its fields.
 */
export class Instance {
  readonly memory: EngineMemory;
  readonly exports: EngineExports;
  /** Where the numbers are that calls leave, in units of eight bytes. */
  readonly #results: number;
  readonly #options: InstanceOptions;
  readonly #pairs = new Handles<KeyPair>();
  readonly #ciphers = new Handles<HostCipher>();
  #examination: Examination | undefined;
  #lastWords: string | undefined;
  #failure: string | undefined;

  constructor(module: WasmModule, options: InstanceOptions) {
    this.#options = options;
    const { exports } = new webAssembly.Instance(module, {
      host: this.#host(),
      clock: { monotonic: () => performance.now(), unix: () => Date.now() },
    });
    this.memory = new EngineMemory(exports['memory'] as WasmMemory);
    this.exports = this.#guarded(exports);
    this.#results = (this.exports.results() >>> 0) / 8;
  }

  /** Why the instance stopped; undefined while it runs. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** A number that the last call has left. */
  result(index: 0 | 1 | 2 | 3): number {
    return this.memory.numbers[this.#results + index] ?? 0;
  }

  /** Makes a call during which a peer may be verified. */
  examine(examination: Examination, call: () => void): void {
    this.#examination = examination;
    call();
    this.#examination = undefined;
  }

  /** The functions of the module, of up to eight numbers each, with what they throw caught. */
  #guarded(exports: Readonly<Record<string, unknown>>): EngineExports {
    const guarded: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(exports)) {
      if (typeof value !== 'function') continue;
      const call = value as (...numbers: number[]) => number;
      guarded[name] = (a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0): number => {
        if (this.#failure !== undefined) return 0;
        try {
          return call(a, b, c, d, e, f, g, h);
        } catch (error) {
          this.#fail(this.#lastWords ?? String(error));
          return 0;
        }
      };
    }
    return guarded as unknown as EngineExports;
  }

  /** Nothing is called any more, so that what the engine holds is freed here. */
  #fail(reason: string): void {
    this.#failure = reason;
    for (const cipher of this.#ciphers.all()) cipher.free();
  }

  /** The imports of rust/src/host.rs. */
  #host(): Record<string, (...numbers: number[]) => unknown> {
    const at = (place = 0, length = 0): Buffer => this.memory.at(place, length);
    return {
      random: (to, length) => randomFillSync(at(to, length)),
      failed: (text, length) => (this.#lastWords = at(text, length).toString('utf8')),
      sign: (scheme = 0, message, length, to = 0) => {
        const { key } = this.#options;
        if (key === undefined) return 0;
        return attempt(() => this.memory.write(signWith(key, scheme, at(message, length)), to));
      },
      verify: (scheme = 0, key, keyLength, message, length, signature, signatureLength) =>
        attempt(() =>
          Number(
            isSigned(
              scheme,
              at(key, keyLength),
              at(message, length),
              at(signature, signatureLength),
            ),
          ),
        ),
      exchange_begin: (group = 0, to = 0) => {
        const pair = generateKeyPair(group);
        this.memory.write(pair.publicKey, to);
        return this.#pairs.add(pair);
      },
      exchange_finish: (pair = 0, peer, length, to = 0) =>
        attempt(() =>
          this.memory.write(this.#pairs.get(pair).secretWith(Buffer.from(at(peer, length))), to),
        ),
      exchange_drop: (pair = 0) => this.#pairs.remove(pair),
      cipher_new: (algorithm = 0, key, length) =>
        this.#ciphers.add(new HostCipher(this.#options.ciphers, algorithm, at(key, length))),
      cipher_drop: (cipher = 0) => this.#ciphers.remove(cipher)?.free(),
      cipher_seal: (cipher = 0, nonce, header, headerLength, data, length, tag = 0) => {
        this.#ciphers
          .get(cipher)
          .seal(at(nonce, 12), at(header, headerLength), at(data, length), at(tag, TAG_BYTES));
      },
      cipher_open: (cipher = 0, nonce, header, headerLength, data, length) =>
        Number(
          this.#ciphers.get(cipher).open(at(nonce, 12), at(header, headerLength), at(data, length)),
        ),
      verify_peer: (certificates = 0, length = 0, reason = 0, room = 0) =>
        this.#verify(this.memory.copy(certificates, length), this.memory.at(reason, room)),
    };
  }

  #verify(list: Buffer, reason: Buffer): number {
    const certificates = unpack(list);
    this.#examination?.shown(certificates);
    const refusal = callVerifier(this.#examination?.verifier, certificates);
    if (refusal !== undefined) {
      const length = reason.write(refusal.message, 'utf8');
      return (VERDICT.refused << 24) | ((refusal.alert & 0xff) << 16) | length;
    }
    const [own] = certificates;
    return (own !== undefined && this.#trusts(own) ? VERDICT.trusted : VERDICT.good) << 24;
  }

  #trusts(own: Buffer): boolean {
    const { authorities, purpose } = this.#options;
    return attempt(() => Number(isTrustedItself(own, authorities, purpose, Date.now()))) === 1;
  }
}

/** What a call returns, or 0 when it throws: the engine takes that for a refusal. */
function attempt(call: () => number): number {
  try {
    return call();
  } catch {
    return 0;
  }
}
