import { durationText, isJsonObject, type JsonObject } from '@receptorjs/control-protocol';
import { constants, sign, verify, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

/** What is wrong with a token, in the original's words where it has some. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
}

/** None of the keys has signed the token. */
export class UnknownSigner extends TokenError {}

/** The longest token that is looked at, in bytes; one signed by a key of 16,384 bits has less than 3,000. */
const MAX_TOKEN_BYTES = 16_384;

// off the event loop: a signature by a large key takes milliseconds
const signData = promisify(sign);
const verifyData = promisify(verify);

const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING, RSA_PSS_SALTLEN_AUTO } = constants;

/** How the signature of each algorithm is verified: all that RSA keys have. */
const algorithms = new Map([
  ['RS256', { hash: 'sha256', padding: RSA_PKCS1_PADDING }],
  ['RS384', { hash: 'sha384', padding: RSA_PKCS1_PADDING }],
  ['RS512', { hash: 'sha512', padding: RSA_PKCS1_PADDING }],
  ['PS256', { hash: 'sha256', padding: RSA_PKCS1_PSS_PADDING }],
  ['PS384', { hash: 'sha384', padding: RSA_PKCS1_PSS_PADDING }],
  ['PS512', { hash: 'sha512', padding: RSA_PKCS1_PSS_PADDING }],
]);

/** Those of other kinds of keys, which are told from unknown ones. */
const otherAlgorithms = /^(?:(?:HS|ES)(?:256|384|512)|EdDSA)$/;

/**
 * A token of the original's form: RS512, for one audience, good until a time.
 *
 * @param expiresAtMs milliseconds since 1970; the token has it in whole seconds
 * @throws what the key can't do
 */
export async function signToken(
  key: KeyObject,
  { audience, expiresAtMs }: { readonly audience: string; readonly expiresAtMs: number },
): Promise<string> {
  const header = segment({ alg: 'RS512', typ: 'JWT' });
  const claims = segment({ aud: [audience], exp: Math.floor(expiresAtMs / 1000) });
  const signature = await signData('sha512', Buffer.from(`${header}.${claims}`), key);
  return `${header}.${claims}.${signature.toString('base64url')}`;
}

/**
 * Verifies a token: that one of the keys has signed it, and that it is good now. Whom it is for is the caller's to check. The header
 * chooses among the algorithms of RSA only, whatever else it says.
 *
 * @param nowMs milliseconds since 1970
 * @returns its claims
 * @throws {TokenError}
 */
export async function verifyToken(
  token: string,
  keys: readonly KeyObject[],
  nowMs: number,
): Promise<JsonObject> {
  if (Buffer.byteLength(token) > MAX_TOKEN_BYTES) {
    throw new TokenError(`token has more than ${MAX_TOKEN_BYTES} bytes`);
  }
  const parts = token.split('.');
  const [header = '', claims = '', signature = ''] = parts;
  if (parts.length !== 3) throw new TokenError('token contains an invalid number of segments');
  const { alg } = jsonOf(header);
  const contents = jsonOf(claims);
  const { hash, padding } = algorithmOf(alg);
  const data = Buffer.from(`${header}.${claims}`);
  const bytes = bytesOf(signature);
  let verified = false;
  for (const key of keys) {
    const how = { key, padding, saltLength: RSA_PSS_SALTLEN_AUTO };
    verified ||= await verifyData(hash, data, how, bytes).catch(() => false);
  }
  if (!verified) throw new UnknownSigner('crypto/rsa: verification error');
  checkTimes(contents, nowMs);
  return contents;
}

function algorithmOf(alg: unknown): { hash: string; padding: number } {
  if (typeof alg !== 'string') throw new TokenError('signing method (alg) is unspecified.');
  const algorithm = algorithms.get(alg);
  if (algorithm) return algorithm;
  if (alg === 'none') throw new TokenError("'none' signature type is not allowed");
  if (otherAlgorithms.test(alg)) throw new TokenError('key is of invalid type');
  throw new TokenError('signing method (alg) is unavailable.');
}

/** A time that a token has is a number, or it is no token; one that it has not is no limit. */
function checkTimes(claims: JsonObject, nowMs: number): void {
  const time = (name: string): number | undefined => {
    const value = claims[name];
    if (value === undefined || value === null) return undefined;
    const seconds = typeof value === 'bigint' ? Number(value) : value;
    if (typeof seconds !== 'number' || !Number.isFinite(seconds)) {
      throw new TokenError(`token has no time in ${name}`);
    }
    return Math.floor(seconds) * 1000;
  };
  const [nbf, iat, exp] = [time('nbf'), time('iat'), time('exp')];
  if (nbf !== undefined && nowMs < nbf) throw new TokenError('token is not valid yet');
  if (iat !== undefined && nowMs < iat) throw new TokenError('token used before issued');
  if (exp !== undefined && nowMs >= exp) {
    const by = durationText(BigInt(Math.trunc(nowMs - exp)) * 1_000_000n);
    throw new TokenError(`token is expired by ${by}`);
  }
}

const segment = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** @throws {TokenError} */
function bytesOf(text: string): Buffer {
  const wrong = /[^A-Za-z0-9_-]/.exec(text)?.index ?? (text.length % 4 === 1 ? text.length : -1);
  if (wrong >= 0) throw new TokenError(`illegal base64 data at input byte ${wrong}`);
  return Buffer.from(text, 'base64url');
}

/** @throws {TokenError} */
function jsonOf(text: string): JsonObject {
  try {
    const value = JSON.parse(bytesOf(text).toString('utf8')) as JsonObject;
    if (isJsonObject(value)) return value;
  } catch (error) {
    if (error instanceof TokenError) throw error;
  }
  throw new TokenError('token has a segment that is no JSON object');
}
