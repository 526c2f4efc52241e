import { createPrivateKey } from 'node:crypto';
import {
  CONNECTION_WINDOW,
  IDLE_TIMEOUT_MS,
  STREAM_WINDOW,
  type QuicAcceptRules,
  type QuicAcceptor,
  type QuicConnection,
  type QuicConnector,
  type QuicDialRules,
  type QuicEngine,
  type QuicEngineOptions,
  type QuicIdentity,
  type QuicVerifier,
} from '@receptorjs/quic-engine';
import { packPem, unpack } from './certificate-list.js';
import type { CipherChoice } from './ciphers/host-cipher.js';
import { Instance } from './instance.js';
import { kindOfKey } from './signatures.js';
import { PURPOSE } from './trusted-peers.js';
import { WasmConnection } from './wasm-connection.js';
import type { WasmModule } from './web-assembly.js';

/** The first argument of `configure`. */
const DIALER = 0;
const CLIENTS = { unasked: 1, optional: 2, required: 3 } as const;
/** Where `configure` wants a length or a kind and there is nothing. */
const NONE = -1;
/** Room for the longest reason that connections are closed with, in bytes. */
const INPUT_BYTES = 1_024;

/** What an engine is made of. */
export interface WasmEngineParts {
  readonly module: WasmModule;
  /** Whether the module uses the instructions for vectors. */
  readonly simd: boolean;
  readonly ciphers: CipherChoice;
  /** Whether AES is offered, and taken, before ChaCha20. */
  readonly prefersAes: boolean;
}

/** The engine of this package: every connector and acceptor has an instance of its own, so that none can end the others. */
export class WasmEngine implements QuicEngine {
  readonly name: string;
  readonly #module: WasmModule;
  readonly #ciphers: CipherChoice;
  readonly #prefersAes: boolean;
  readonly #limits: QuicEngineOptions;

  constructor({ module, simd, ciphers, prefersAes }: WasmEngineParts, limits: QuicEngineOptions) {
    this.name = simd ? 'WebAssembly with SIMD' : 'WebAssembly without SIMD';
    this.#module = module;
    this.#ciphers = ciphers;
    this.#prefersAes = prefersAes;
    this.#limits = limits;
  }

  connector({ ca, identity }: QuicDialRules): QuicConnector {
    const source = this.#source(DIALER, ca, identity);
    return { connect: (verifier) => source.begin(verifier) };
  }

  acceptor(identity: QuicIdentity, { clients, ca }: QuicAcceptRules): QuicAcceptor {
    const source = this.#source(CLIENTS[clients], ca, identity);
    return { accept: (verifier) => source.begin(verifier) };
  }

  #source(role: number, ca: string | undefined, identity: QuicIdentity | undefined): Source {
    const key = identity === undefined ? undefined : createPrivateKey(identity.key);
    const chain = packPem(identity?.certificate ?? '');
    if (identity !== undefined && chain.length === 0) throw new Error('there is no certificate');
    const kind = key === undefined ? NONE : kindOfKey(key);
    const authorities = ca === undefined ? undefined : packPem(ca);
    const { idleTimeoutMs = IDLE_TIMEOUT_MS } = this.#limits;
    const { streamWindow = STREAM_WINDOW, connectionWindow = CONNECTION_WINDOW } = this.#limits;
    const options = {
      key,
      authorities: unpack(authorities ?? Buffer.alloc(0)),
      purpose: role === DIALER ? PURPOSE.listener : PURPOSE.dialer,
      ciphers: this.#ciphers,
    };
    return new Source(() => {
      const instance = new Instance(this.#module, options);
      const { exports, memory } = instance;
      const input = Buffer.concat([chain, authorities ?? Buffer.alloc(0)]);
      memory.write(input, exports.input(input.length));
      const configured = exports.configure(
        role,
        chain.length,
        authorities?.length ?? NONE,
        kind,
        idleTimeoutMs,
        streamWindow,
        connectionWindow,
        Number(this.#prefersAes),
      );
      if (configured !== 1) throw new Error(instance.failure ?? 'the identity can not be used');
      return { instance, input: exports.input(INPUT_BYTES) };
    });
  }
}

/** Where connections of one configuration come from: an instance, and another when that has failed. It alone writes its fields. */
class Source {
  readonly #make: () => { instance: Instance; input: number };
  #current: { instance: Instance; input: number };

  constructor(make: () => { instance: Instance; input: number }) {
    this.#make = make;
    this.#current = make();
  }

  begin(verifier: QuicVerifier | undefined): QuicConnection {
    if (this.#current.instance.failure !== undefined) this.#current = this.#make();
    const { instance, input } = this.#current;
    return new WasmConnection(instance, input, verifier);
  }
}
