import { NodeCipher } from './node-cipher.js';
import { AEAD_NAMES, TAG_BYTES } from './aead.js';

/** Enough for the cipher to count for more than the calls, in bytes. */
const SAMPLE_BYTES = 65_536;
/** The shortest of so many counts. */
const SAMPLES = 4;

/** Milliseconds for sealing the sample once; the first call, which compiles and loads, counts as the others. */
function shortest(name: (typeof AEAD_NAMES)[number], keyBytes: number): number {
  const cipher = new NodeCipher(AEAD_NAMES.indexOf(name), Buffer.alloc(keyBytes));
  const [nonce, header, tag] = [Buffer.alloc(12), Buffer.alloc(16), Buffer.alloc(TAG_BYTES)];
  const data = Buffer.alloc(SAMPLE_BYTES);
  let best = Infinity;
  for (let at = 0; at < SAMPLES; at++) {
    const started = performance.now();
    cipher.seal(nonce, header, data, tag);
    best = Math.min(best, performance.now() - started);
  }
  return best;
}

let answer: boolean | undefined;

/** Whether this processor has instructions for AES, by measuring it once in a process, in some two milliseconds: as fast as ChaCha20 it is only with them. */
export function isAesFaster(): boolean {
  answer ??= shortest('aes-128-gcm', 16) < shortest('chacha20-poly1305', 32);
  return answer;
}
