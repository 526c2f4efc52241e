import { randomBytes } from 'node:crypto';
import { AEAD_NAMES, TAG_BYTES, type Aead } from './aead.js';
import { NodeCipher } from './node-cipher.js';

/** A pointer of the process. */
type Pointer = bigint;
type Bytes = Buffer | null;

/** The functions of OpenSSL that an AEAD takes, by their names there; 1 is success. */
interface OpenSslCalls {
  EVP_CIPHER_CTX_new(): Pointer | null;
  EVP_CIPHER_CTX_free(context: Pointer): void;
  EVP_CIPHER_CTX_ctrl(context: Pointer, type: number, size: number, bytes: Bytes): number;
  EVP_CipherInit_ex(
    context: Pointer,
    type: Pointer | null,
    engine: null,
    key: Bytes,
    nonce: Bytes,
    seals: number,
  ): number;
  EVP_CipherUpdate(
    context: Pointer,
    out: Bytes,
    outLength: Buffer,
    data: Buffer,
    length: number,
  ): number;
  EVP_CipherFinal_ex(context: Pointer, out: Buffer, outLength: Buffer): number;
}

const SIGNATURES: Readonly<Record<keyof OpenSslCalls, string>> = {
  EVP_CIPHER_CTX_new: 'void *EVP_CIPHER_CTX_new()',
  EVP_CIPHER_CTX_free: 'void EVP_CIPHER_CTX_free(void *context)',
  EVP_CIPHER_CTX_ctrl: 'int EVP_CIPHER_CTX_ctrl(void *context, int type, int size, void *bytes)',
  EVP_CipherInit_ex:
    'int EVP_CipherInit_ex(void *context, void *type, void *engine, void *key, void *nonce, int seals)',
  EVP_CipherUpdate:
    'int EVP_CipherUpdate(void *context, void *out, void *outLength, void *data, int length)',
  EVP_CipherFinal_ex: 'int EVP_CipherFinal_ex(void *context, void *out, void *outLength)',
};
/** What gives each of `AEAD_NAMES`. */
const ALGORITHMS = ['EVP_aes_128_gcm', 'EVP_aes_256_gcm', 'EVP_chacha20_poly1305'];
/** The last argument of `EVP_CipherInit_ex`. */
const SEAL = 1;
const OPEN = 0;
const GET_TAG = 0x10;
const SET_TAG = 0x11;

/**
 * The AEADs of the OpenSSL that Node.js itself brings, called where the data lies: nothing is made or copied for a call, which is
 * twice as fast for datagrams of 16,000 bytes.
 *
 * See docs/decisions/0132-ciphers-in-place.md.
 */
export class OpenSsl {
  readonly #calls: OpenSslCalls;
  readonly #algorithms: readonly Pointer[];

  constructor(calls: OpenSslCalls, algorithms: readonly Pointer[]) {
    this.#calls = calls;
    this.#algorithms = algorithms;
  }

  /** @param algorithm - A place in {@link AEAD_NAMES}. */
  cipher(algorithm: number, key: Buffer): Aead {
    const type = this.#algorithms[algorithm];
    if (type === undefined) throw new Error(`there is no cipher ${algorithm}`);
    return new OpenSslCipher(this.#calls, type, key);
  }
}

/** An AEAD with its key in OpenSSL's memory, once it is used. It alone writes its fields. */
class OpenSslCipher implements Aead {
  readonly #calls: OpenSslCalls;
  readonly #type: Pointer;
  readonly #key: Buffer;
  #sealing: Pointer | undefined;
  #opening: Pointer | undefined;

  constructor(calls: OpenSslCalls, type: Pointer, key: Buffer) {
    this.#calls = calls;
    this.#type = type;
    this.#key = key;
  }

  seal(nonce: Buffer, header: Buffer, data: Buffer, tag: Buffer): void {
    const calls = this.#calls;
    const context = (this.#sealing ??= this.#context(SEAL));
    check(calls.EVP_CipherInit_ex(context, null, null, null, nonce, SEAL));
    check(calls.EVP_CipherUpdate(context, null, written, header, header.length));
    check(calls.EVP_CipherUpdate(context, data, written, data, data.length));
    // writes nothing, for these ciphers have no blocks to fill
    check(calls.EVP_CipherFinal_ex(context, spare, written));
    check(calls.EVP_CIPHER_CTX_ctrl(context, GET_TAG, TAG_BYTES, tag));
  }

  open(nonce: Buffer, header: Buffer, data: Buffer): boolean {
    const calls = this.#calls;
    const context = (this.#opening ??= this.#context(OPEN));
    const length = data.length - TAG_BYTES;
    check(calls.EVP_CipherInit_ex(context, null, null, null, nonce, OPEN));
    check(calls.EVP_CIPHER_CTX_ctrl(context, SET_TAG, TAG_BYTES, data.subarray(length)));
    check(calls.EVP_CipherUpdate(context, null, written, header, header.length));
    check(calls.EVP_CipherUpdate(context, data, written, data, length));
    if (calls.EVP_CipherFinal_ex(context, spare, written) === 1) return true;
    data.fill(0);
    return false;
  }

  free(): void {
    for (const context of [this.#sealing, this.#opening]) {
      if (context !== undefined) this.#calls.EVP_CIPHER_CTX_free(context);
    }
    this.#sealing = undefined;
    this.#opening = undefined;
  }

  #context(use: typeof SEAL | typeof OPEN): Pointer {
    const context = this.#calls.EVP_CIPHER_CTX_new();
    if (context === null) throw new Error('OpenSSL has no memory for a cipher');
    check(this.#calls.EVP_CipherInit_ex(context, this.#type, null, this.#key, null, use));
    return context;
  }
}

/** Where OpenSSL says how much it has written, and where it would write the rest of a block. */
const written = Buffer.alloc(4);
const spare = Buffer.alloc(32);

function check(result: number): void {
  if (result !== 1) throw new Error('OpenSSL refuses a cipher');
}

/**
 * Finds OpenSSL in this process by way of the optional package `koffi`, and has it seal and open once beside `node:crypto`;
 * undefined where the package is not installed, where the functions are not there, or where they do something else.
 */
export async function findOpenSsl(): Promise<OpenSsl | undefined> {
  try {
    const { default: koffi } = await import('koffi');
    const process = koffi.load(null);
    const calls = Object.fromEntries(
      Object.entries(SIGNATURES).map(([name, signature]) => [name, process.func(signature)]),
    ) as unknown as OpenSslCalls;
    const algorithms = ALGORITHMS.map((name) => process.func(`void *${name}()`)() as Pointer);
    const openSsl = new OpenSsl(calls, algorithms);
    return AEAD_NAMES.every((_, algorithm) => isAlike(openSsl, algorithm)) ? openSsl : undefined;
  } catch {
    return undefined;
  }
}

/** Whether an algorithm does what that of Node.js does. */
function isAlike(openSsl: OpenSsl, algorithm: number): boolean {
  const key = randomBytes(algorithm === 0 ? 16 : 32);
  const [nonce, header] = [randomBytes(12), randomBytes(20)];
  const text = randomBytes(1_000);
  const [ours, reference] = [openSsl.cipher(algorithm, key), new NodeCipher(algorithm, key)];
  const sealed = [ours, reference].map((cipher) => {
    const packet = Buffer.concat([text, Buffer.alloc(TAG_BYTES)]);
    cipher.seal(nonce, header, packet.subarray(0, -TAG_BYTES), packet.subarray(-TAG_BYTES));
    return packet;
  });
  const [mine = text, theirs = text] = sealed;
  if (!mine.equals(theirs) || !ours.open(nonce, header, theirs)) return false;
  mine[0] = (mine[0] ?? 0) ^ 1;
  const isRight = theirs.subarray(0, -TAG_BYTES).equals(text) && !ours.open(nonce, header, mine);
  ours.free();
  return isRight;
}
