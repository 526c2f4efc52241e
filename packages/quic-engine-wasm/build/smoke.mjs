// The conformance suite's short form without a test runner, on whatever Node runs this: handshakes with certificates at
// both ends, a refusal in words, and bytes over a way that loses some, by both variants. Needs the package built.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { loadEngine } from '../dist/index.js';

/** @import { QuicConnection, QuicEngine } from '@receptorjs/quic-engine' */

const [certificateFile, keyFile] = process.argv.slice(2);
if (certificateFile === undefined || keyFile === undefined) {
  throw new Error('usage: smoke.mjs CERTIFICATE KEY, of an authority that is its own peer');
}
const identity = {
  certificate: readFileSync(certificateFile, 'utf8'),
  key: readFileSync(keyFile, 'utf8'),
};
const room = Buffer.alloc(16_000);
let count = 0;

/** @param {QuicConnection} from @param {QuicConnection} to @param {boolean} loses */
function move(from, to, loses) {
  let moved = false;
  for (let length = from.send(room); length > 0; length = from.send(room)) {
    moved = true;
    if (!loses || ++count % 100 !== 0) to.receive(Buffer.from(room.subarray(0, length)));
  }
  return moved;
}

/** @param {QuicConnection[]} ends @param {() => boolean} done @param {boolean} loses */
async function until([a, b], done, loses = false) {
  if (a === undefined || b === undefined) throw new Error('two ends');
  for (const begin = Date.now(); !done();) {
    const moved = [move(a, b, loses), move(b, a, loses)];
    if (Date.now() > begin + 120_000) throw new Error('nothing moves any more');
    if (moved.includes(true)) continue;
    await new Promise((resolve) => setTimeout(resolve, 2));
    for (const end of [a, b]) if (end.timeout() === 0) end.handleTimeout();
  }
}

/** @param {QuicEngine} engine */
async function check(engine) {
  const ca = undefined;
  const acceptor = engine.acceptor(identity, { clients: 'required', ca });
  const connector = engine.connector({ ca, identity });
  const ends = [connector.connect(), acceptor.accept()];
  const [dialler, listener] = ends;
  if (dialler === undefined || listener === undefined) throw new Error('two ends');
  await until(ends, () => dialler.established && listener.established);
  if (listener.peerCertificates().length === 0) throw new Error('no client certificate');

  const data = Buffer.alloc(2_000_000, 'some text');
  const hash = createHash('sha256');
  let [written, got, ended] = [0, 0, false];
  await until(
    ends,
    () => {
      if (written < data.length) written += dialler.write(data.subarray(written), false);
      else dialler.write(Buffer.alloc(0), true);
      const into = Buffer.alloc(65_536);
      for (
        let read = listener.read(into);
        read !== undefined && !ended;
        read = listener.read(into)
      ) {
        hash.update(into.subarray(0, read[0]));
        got += read[0];
        ended = read[1];
      }
      return ended;
    },
    true,
  );
  const same = hash.digest('hex') === createHash('sha256').update(data).digest('hex');
  if (got !== data.length || !same) throw new Error('other bytes arrived');

  const refused = connector.connect(() => ({ alert: 42, message: 'not you' }));
  const other = acceptor.accept();
  await until([refused, other], () => refused.ended && other.ended);
  const end = other.end();
  if (end?.code !== 0x12a || end.reason !== 'not you') throw new Error('refused in other words');
  for (const each of [...ends, refused, other]) each.release();
}

for (const simd of [true, false]) {
  const begin = performance.now();
  const engine = await loadEngine({ simd });
  await check(engine);
  const took = Math.round(performance.now() - begin);
  console.log(
    `Node ${process.version} ${process.platform} ${process.arch}: ${engine.name}: good, ${took} ms`,
  );
}
