// Opens and closes streams between two nodes over TCP, in batches, and says what is left of them.
//   node --expose-gc streams-churn.mjs [--streams 100000] [--at-once 50]
// Needs the packages built.
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { MeshNode } from '@receptorjs/netceptor';
import { dialTcp, listenTcp } from '@receptorjs/netceptor-backends';
import { StreamHost } from '@receptorjs/netceptor-streams';

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '100000' },
    'at-once': { type: 'string', default: '50' },
  },
});
const total = Number(values.streams);
const atOnce = Number(values['at-once']);

const [far, near] = ['far', 'near'].map((nodeId) => new MeshNode({ nodeId }));
if (far === undefined || near === undefined) throw new Error('two nodes are needed');
const [farStreams, nearStreams] = [new StreamHost(far), new StreamHost(near)];
const listener = await listenTcp(far, { host: '127.0.0.1', port: 0 });
const dialer = await dialTcp(near, listener.address);
while (!near.isReachable('far') || !far.isReachable('near')) {
  await Promise.race([once(near, 'route'), once(far, 'route')]);
}
await farStreams.listen('echo', {}, (stream) => {
  stream.on('error', () => undefined);
  stream.pipe(stream);
});

async function oneStream() {
  const stream = await nearStreams.dial('far', 'echo');
  stream.end('hello');
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  if (text !== 'hello') throw new Error(`got ${JSON.stringify(text)}`);
}

/** @param {number} count */
async function churn(count) {
  for (let done = 0; done < count; done += atOnce) {
    await Promise.all(Array.from({ length: Math.min(atOnce, count - done) }, oneStream));
  }
}

/** What the process holds once nothing is under way. */
async function held() {
  for (let round = 0; round < 5; round++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return {
    handles: process.getActiveResourcesInfo().length,
    residentMb: process.memoryUsage().rss / 1e6,
  };
}

const warmUp = Math.min(10_000, total / 10);
await churn(warmUp);
const before = await held();
const cpu = process.cpuUsage();
const start = performance.now();
const steps = [];
for (let part = 0; part < 10; part++) {
  await churn(total / 10);
  steps.push(Math.round((await held()).residentMb));
}
const seconds = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage(cpu);
const after = await held();

console.log(
  `streams opened and closed: ${total}, after ${warmUp} to begin with; ${atOnce} at once`,
);
console.log(`handles: ${before.handles} before, ${after.handles} after`);
console.log(
  `resident: ${before.residentMb.toFixed(1)} MB before, ${after.residentMb.toFixed(1)} MB after (${((after.residentMb / before.residentMb - 1) * 100).toFixed(1)} %)`,
);
console.log(`resident after each tenth (MB): ${steps.join(' ')}`);
console.log(
  `both ends in one process: ${(total / seconds).toFixed(0)} streams/s, ${(((user + system) / 1000 / total) * 1000).toFixed(0)} us of CPU each`,
);

await nearStreams.close();
await farStreams.close();
await dialer.close();
await listener.close();
await near.close();
await far.close();
