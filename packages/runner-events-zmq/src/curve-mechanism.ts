import { EventPluginError } from '@receptorjs/runner-events';
import { randomBytes } from 'node:crypto';
import { CurveBox, newKeyPair, type KeyPair } from './curve-box.js';
import { PROPERTIES, unexpected, type MakeMechanism, type Mechanism } from './mechanism.js';
import { decodeCommand, encodeCommand, encodeFrame, type Frame } from './zmtp-codec.js';

/** Flag inside of a sealed message: it is a command. */
const SEALED_COMMAND = 0x02;

/**
 * CurveZMQ, the client's side: both sides prove who they are, everything is encrypted.
 *
 * @param serverKey public key of the receiver
 * @param own keys of this side; made up when absent
 */
export function curveMechanism(serverKey: Buffer, own?: KeyPair): MakeMechanism {
  return () => new CurveMechanism(serverKey, own ?? newKeyPair());
}

/** The handshake of one connection. Owns its transient keys and the count of nonces. */
class CurveMechanism implements Mechanism {
  readonly name = 'CURVE';
  readonly #serverKey: Buffer;
  readonly #own: KeyPair;
  readonly #transient = newKeyPair();
  /** Between the transient keys of both sides, once they are known. */
  #box: CurveBox | undefined;
  #nonce = 0n;

  constructor(serverKey: Buffer, own: KeyPair) {
    this.#serverKey = serverKey;
    this.#own = own;
  }

  begin(): Buffer {
    const box = new CurveBox(this.#serverKey, this.#transient.secretKey);
    const [nonce, short] = this.#next('CurveZMQHELLO---');
    const version = Buffer.from([1, 0]);
    const padding = Buffer.alloc(72);
    const signature = box.seal(nonce, Buffer.alloc(64));
    return command('HELLO', version, padding, this.#transient.publicKey, short, signature);
  }

  next({ name, data }: { name: string; data: Buffer }): Buffer | undefined {
    if (name === 'WELCOME' && data.length === 160 && this.#box === undefined)
      return this.#initiate(data);
    if (name === 'READY' && data.length >= 24 && this.#box !== undefined) {
      this.#open(
        this.#box,
        Buffer.concat([Buffer.from('CurveZMQREADY---'), data.subarray(0, 8)]),
        data.subarray(8),
      );
      return undefined;
    }
    throw unexpected({ name, data });
  }

  wrap(body: Buffer, kind: 'message' | 'command'): Buffer {
    const [nonce, short] = this.#next('CurveZMQMESSAGEC');
    const flags = Buffer.from([kind === 'command' ? SEALED_COMMAND : 0]);
    const sealed = this.#established().seal(nonce, Buffer.concat([flags, body]));
    return encodeFrame(encodeCommand('MESSAGE', short, sealed));
  }

  unwrap(frame: Frame): Frame {
    const { name, data } = decodeCommand(frame.body);
    if (name !== 'MESSAGE' || data.length < 25) throw unexpected({ name, data });
    const nonce = Buffer.concat([Buffer.from('CurveZMQMESSAGES'), data.subarray(0, 8)]);
    const text = this.#open(this.#established(), nonce, data.subarray(8));
    return { isCommand: ((text[0] ?? 0) & SEALED_COMMAND) !== 0, body: text.subarray(1) };
  }

  #initiate(welcome: Buffer): Buffer {
    const outer = new CurveBox(this.#serverKey, this.#transient.secretKey);
    const nonce = Buffer.concat([Buffer.from('WELCOME-'), welcome.subarray(0, 16)]);
    const opened = this.#open(outer, nonce, welcome.subarray(16));
    const serverTransient = opened.subarray(0, 32);
    const cookie = opened.subarray(32);
    this.#box = new CurveBox(serverTransient, this.#transient.secretKey);
    const vouchNonce = randomBytes(16);
    const vouch = new CurveBox(serverTransient, this.#own.secretKey).seal(
      Buffer.concat([Buffer.from('VOUCH---'), vouchNonce]),
      Buffer.concat([this.#transient.publicKey, this.#serverKey]),
    );
    const [long, short] = this.#next('CurveZMQINITIATE');
    const text = Buffer.concat([this.#own.publicKey, vouchNonce, vouch, PROPERTIES]);
    return command('INITIATE', cookie, short, this.#box.seal(long, text));
  }

  /** The next nonce, and the part of it that travels. */
  #next(prefix: string): [nonce: Buffer, short: Buffer] {
    this.#nonce += 1n;
    const short = Buffer.alloc(8);
    short.writeBigUInt64BE(this.#nonce);
    return [Buffer.concat([Buffer.from(prefix), short]), short];
  }

  #established(): CurveBox {
    if (this.#box === undefined) throw new TypeError('The handshake is not complete.');
    return this.#box;
  }

  #open(box: CurveBox, nonce: Buffer, sealed: Buffer): Buffer {
    try {
      return box.open(nonce, sealed);
    } catch (cause) {
      throw new EventPluginError(
        'unreachable',
        'the far side has another key than it should have',
        {
          cause,
        },
      );
    }
  }
}

function command(name: string, ...data: readonly Buffer[]): Buffer {
  return encodeFrame(encodeCommand(name, ...data), 'command');
}
