import { createCipheriv, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { brotliDecompressSync } from 'node:zlib';
import { TestIdentities } from '@receptorjs/tooling-quic-conformance';
import { beforeAll, describe, expect, it } from 'vitest';
import { TAG_BYTES, type Aead } from './ciphers/aead.js';
import { CipherChoice, HostCipher } from './ciphers/host-cipher.js';
import { NodeCipher } from './ciphers/node-cipher.js';
import { findOpenSsl } from './ciphers/openssl.js';
import { Instance } from './instance.js';
import { loadEngine } from './load-engine.js';
import { webAssembly, type WasmModule } from './web-assembly.js';

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');

const AES_128_GCM = 0;
const AES_256_GCM = 1;
const CHACHA20_POLY1305 = 2;

describe.each(['simd', 'plain'])('the engine, %s,', (variant) => {
  let module: WasmModule;
  beforeAll(async () => {
    const file = new URL('../wasm/engines.br', import.meta.url);
    const archive = brotliDecompressSync(await readFile(file));
    const second = 4 + archive.readUInt32LE();
    const wasm = variant === 'simd' ? archive.subarray(4, second) : archive.subarray(second);
    module = await webAssembly.compile(wasm);
  });

  function seal(
    aead: number,
    keys: { readonly key: string; readonly iv: string; readonly hp: string },
    number: number,
    header: Buffer,
    payload: Buffer,
  ): Buffer {
    const instance = new Instance(module, {
      key: undefined,
      authorities: [],
      purpose: '',
      ciphers: CipherChoice.nodes,
    });
    const input = Buffer.concat([hex(keys.key), hex(keys.iv), hex(keys.hp), header, payload]);
    instance.memory.write(input, instance.exports.input(input.length));
    const length = instance.exports.seal_packet(aead, number, header.length, payload.length);
    expect(instance.failure).toBeUndefined();
    return instance.memory.copy(instance.result(0), length);
  }

  it('seals the ChaCha20-Poly1305 packet of RFC 9001, A.5', () => {
    const keys = {
      key: 'c6d98ff3441c3fe1b2182094f69caa2ed4b716b65488960a7a984979fb23e1c8',
      iv: 'e0459b3474bdd0e44a41c144',
      hp: '25a282b9e82f06f21f488917a4fc8f1b73573685608597d0efcb076b0ab7a7a4',
    };
    const packet = seal(CHACHA20_POLY1305, keys, 654_360_564, hex('4200bff4'), hex('01'));
    expect(packet.toString('hex')).toBe('4cfe4189655e5cd55c41f69080575d7999c25a5bfb');
  });

  it('seals the Initial packet of RFC 9001, A.2', () => {
    const packet = seal(AES_128_GCM, INITIAL_KEYS, 2, INITIAL_HEADER, INITIAL_PAYLOAD);
    expect(packet.length).toBe(1_200);
    expect(packet.subarray(0, 48).toString('hex')).toBe(
      'c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11d242b123dc9bd8bab936b47d92ec356c',
    );
    expect(packet.subarray(-16).toString('hex')).toBe('e221af44860018ab0856972e194cd934');
  });

  it('masks headers by the last block of ChaCha20 as by any other', () => {
    const keys = {
      key: 'c6d98ff3441c3fe1b2182094f69caa2ed4b716b65488960a7a984979fb23e1c8',
      iv: 'e0459b3474bdd0e44a41c144',
      hp: '25a282b9e82f06f21f488917a4fc8f1b73573685608597d0efcb076b0ab7a7a4',
    };
    // A payload that becomes bytes of 0xff, of which those after the first four bytes after the number are the sample.
    const payload = Buffer.alloc(32, 0xff);
    sealed(
      new NodeCipher(CHACHA20_POLY1305, hex(keys.key)),
      hex(keys.iv),
      Buffer.alloc(0),
      payload,
    );
    const header = hex('4300000000');
    const packet = seal(CHACHA20_POLY1305, keys, 0, header, payload);
    expect(packet.subarray(5, 37).equals(Buffer.alloc(32, 0xff))).toBe(true);
    const stream = createCipheriv('chacha20', hex(keys.hp), Buffer.alloc(16, 0xff));
    const mask = stream.update(Buffer.alloc(5));
    mask[0] = (mask[0] ?? 0) & 0x1f;
    const masked = header.map((byte, at) => byte ^ (mask[at] ?? 0));
    expect(packet.subarray(0, 5)).toEqual(Buffer.from(masked));
  });

  it('opens that Initial packet by keys of its own making, and answers it', async () => {
    const engine = await loadEngine({ simd: variant === 'simd' });
    const identities = new TestIdentities();
    const identity = identities.issue('far', { key: 'p256' });
    identities.remove();
    const acceptor = engine.acceptor(identity, { clients: 'unasked', ca: undefined });
    const listener = acceptor.accept();
    listener.receive(seal(AES_128_GCM, INITIAL_KEYS, 2, INITIAL_HEADER, INITIAL_PAYLOAD));
    // It offers the protocol `alpn`, which the mesh does not speak: alert no_application_protocol.
    expect(listener.end()).toMatchObject({ by: 'local', code: 0x100 + 120 });
    expect(listener.send(Buffer.alloc(1_200))).toBeGreaterThan(0);
    listener.release();
  });

  it('seals what RFC 8439, 2.8.2, seals', () => {
    const keys = { key: RFC_8439.key, iv: RFC_8439.nonce, hp: '00'.repeat(32) };
    const header = hex(RFC_8439.aad);
    const packet = seal(CHACHA20_POLY1305, keys, 0, header, Buffer.from(RFC_8439.text));
    const sealed = packet.subarray(header.length).toString('hex');
    expect(sealed).toBe(RFC_8439.sealed + RFC_8439.tag);
  });

  it('seals alike whether the host does it or not', () => {
    const keys = { key: RFC_8439.key, iv: RFC_8439.nonce, hp: '00'.repeat(32) };
    const header = hex(RFC_8439.aad);
    for (const length of [3_071, 3_072, 15_000]) {
      const payload = Buffer.alloc(length, 'payload');
      const packet = seal(CHACHA20_POLY1305, keys, 0, header, payload);
      const host = new NodeCipher(CHACHA20_POLY1305, hex(keys.key));
      const tag = sealed(host, hex(keys.iv), header, payload);
      expect(packet.subarray(header.length).equals(Buffer.concat([payload, tag]))).toBe(true);
    }
  });
});

/** Seals `data` in place and returns its tag. */
function sealed(cipher: Aead, nonce: Buffer, header: Buffer, data: Buffer): Buffer {
  const tag = Buffer.alloc(TAG_BYTES);
  cipher.seal(nonce, header, data, tag);
  return tag;
}

const openSsl = await findOpenSsl();
if (openSsl === undefined)
  console.warn('skipped: ciphers of OpenSSL, because koffi is not installed');

const implementations: readonly (readonly [string, (algorithm: number, key: Buffer) => Aead])[] = [
  ['node:crypto', (algorithm, key) => new NodeCipher(algorithm, key)],
  ...(openSsl === undefined
    ? []
    : [['OpenSSL', (algorithm: number, key: Buffer) => openSsl.cipher(algorithm, key)] as const]),
];

describe.each(implementations)('ciphers of %s', (_, make) => {
  it.each([
    [CHACHA20_POLY1305, 'RFC 8439, 2.8.2'],
    [AES_128_GCM, 'test case 4 of the GCM specification'],
    [AES_256_GCM, 'test case 16 of the GCM specification'],
  ])('number %i does what %s says', (algorithm) => {
    const vector = algorithm === CHACHA20_POLY1305 ? RFC_8439_HEX : GCM[algorithm];
    if (vector === undefined) throw new Error('no vector');
    const cipher = make(algorithm, hex(vector.key));
    const data = hex(vector.text);
    const [nonce, header] = [hex(vector.nonce), hex(vector.aad)];
    const tag = sealed(cipher, nonce, header, data);
    expect(data.toString('hex')).toBe(vector.sealed);
    expect(tag.toString('hex')).toBe(vector.tag);
    const packet = Buffer.concat([data, tag]);
    expect(cipher.open(nonce, header, packet)).toBe(true);
    expect(packet.subarray(0, data.length).toString('hex')).toBe(vector.text);
    for (const place of [0, data.length, packet.length - 1]) {
      const spoilt = Buffer.concat([data, tag]);
      spoilt[place] = (spoilt[place] ?? 0) ^ 1;
      expect(cipher.open(nonce, header, spoilt)).toBe(false);
      expect(spoilt.includes(hex(vector.text).subarray(0, 16))).toBe(false);
    }
    expect(cipher.open(nonce, Buffer.from('x'), Buffer.concat([data, tag]))).toBe(false);
    expect(sealed(cipher, nonce, header, hex(vector.text))).toEqual(tag);
    cipher.free();
  });
});

it.skipIf(openSsl === undefined)('a cipher is of OpenSSL once much has been sealed', async () => {
  const choice = new CipherChoice(100_000);
  const key = randomBytes(16);
  const cipher = new HostCipher(choice, AES_128_GCM, key);
  const reference = new NodeCipher(AES_128_GCM, key);
  const [nonce, header] = [randomBytes(12), randomBytes(20)];
  const seal = (): void => {
    const data = randomBytes(40_000);
    const copy = Buffer.from(data);
    expect(sealed(cipher, nonce, header, data)).toEqual(sealed(reference, nonce, header, copy));
    expect(data.equals(copy)).toBe(true);
  };
  seal();
  seal();
  expect(choice.openSsl).toBeUndefined();
  seal();
  await choice.look();
  expect(choice.openSsl).toBeDefined();
  seal();
  cipher.free();
});

const RFC_8439 = {
  key: '808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f',
  nonce: '070000004041424344454647',
  aad: '50515253c0c1c2c3c4c5c6c7',
  text: "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
  sealed:
    'd31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b6116',
  tag: '1ae10b594f09e26a7e902ecbd0600691',
};
const RFC_8439_HEX = { ...RFC_8439, text: Buffer.from(RFC_8439.text).toString('hex') };

const GCM_TEXT =
  'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39';
const GCM = [
  {
    key: 'feffe9928665731c6d6a8f9467308308',
    nonce: 'cafebabefacedbaddecaf888',
    aad: 'feedfacedeadbeeffeedfacedeadbeefabaddad2',
    text: GCM_TEXT,
    sealed:
      '42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091',
    tag: '5bc94fbc3221a5db94fae95ae7121a47',
  },
  {
    key: 'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308',
    nonce: 'cafebabefacedbaddecaf888',
    aad: 'feedfacedeadbeeffeedfacedeadbeefabaddad2',
    text: GCM_TEXT,
    sealed:
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662',
    tag: '76fc6ece0f4e1768cddf8853bb2d551b',
  },
];

const INITIAL_KEYS = {
  key: '1f369613dd76d5467730efcbe3b1a22d',
  iv: 'fa044b2f42a3fd3b46fb255c',
  hp: '9f50449e04a0e810283a1e9933adedd2',
};
const INITIAL_HEADER = hex('c300000001088394c8f03e5157080000449e00000002');
const INITIAL_PAYLOAD = Buffer.alloc(1_162);
hex(
  `060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e868
   04fe3a47f06a2b69484c00000413011302010000c000000010000e00000b6578
   616d706c652e636f6dff01000100000a00080006001d00170018001000070005
   04616c706e000500050100000000003300260024001d00209370b2c9caa47fba
   baf4559fedba753de171fa71f50f1ce15d43e994ec74d748002b000302030400
   0d0010000e0403050306030203080408050806002d00020101001c0002400100
   3900320408ffffffffffffffff05048000ffff07048000ffff08011001048000
   75300901100f088394c8f03e51570806048000ffff`,
).copy(INITIAL_PAYLOAD);
