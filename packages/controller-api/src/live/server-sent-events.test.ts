import Fastify, { type FastifyInstance } from 'fastify';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { CurrentUser } from '../permissions/roles.js';
import { LiveLimits } from './live-limits.js';
import type { Live } from './live.js';
import { answerStream, type StreamSource } from './server-sent-events.js';

const user: CurrentUser = { id: 1, username: 'jane', role: 'operator', isReadOnly: false };
const source: StreamSource = {
  subscribe: () => () => undefined,
  isAllowed: () => true,
  poll: () => Promise.resolve({ text: '', next: 'idle' }),
};

/** Slots that are free of the hundred that a user has. */
function slotsOf(limits: LiveLimits): number {
  const leaves: (() => void)[] = [];
  try {
    for (;;) leaves.push(limits.acquire(user.id));
  } catch {
    for (const leave of leaves) leave();
    return leaves.length;
  }
}

/** A step that a test takes when it is time. */
function step(): { taken: Promise<void>; take: () => void } {
  let take = (): void => undefined;
  const taken = new Promise<void>((resolve) => (take = resolve));
  return { taken, take: () => take() };
}

let app: FastifyInstance;
afterEach(() => app.close());

describe('the slot of a stream', () => {
  it.each([
    { when: 'before it is taken', isBefore: true, requests: 1 },
    { when: 'after it is taken', isBefore: false, requests: 1 },
    { when: 'while another answer of the connection is before it', isBefore: false, requests: 2 },
  ])(
    'is released where the client goes before anything is sent, $when',
    async ({ isBefore, requests }) => {
      const limits = new LiveLimits();
      const [asked, gone, answered] = [step(), step(), step()];
      const live = {
        limits,
        heartbeatMs: 60_000,
        over: new AbortController().signal,
        listen: () => {
          if (!isBefore) asked.take();
          return gone.taken;
        },
        principal: () => ({ user: () => Promise.resolve(user) }),
      } as unknown as Live;
      app = Fastify({ forceCloseConnections: true });
      app.decorateRequest('identity', undefined);
      app.get('/first', () => gone.taken);
      app.get('/stream', async (request, reply) => {
        request.identity = { user };
        const { socket } = request.raw;
        socket.once('close', () => gone.take());
        if (isBefore) {
          asked.take();
          await gone.taken;
        }
        const query = new URLSearchParams();
        const answer = await answerStream(live, { request, reply, user, query }, source);
        setImmediate(() => answered.take());
        return answer;
      });
      await app.listen({ host: '127.0.0.1', port: 0 });
      const { port } = app.server.address() as AddressInfo;
      const client = connect({ host: '127.0.0.1', port });
      await once(client, 'connect');
      const paths = requests === 1 ? ['/stream'] : ['/first', '/stream'];
      client.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: here\r\n\r\n`).join(''));
      await asked.taken;
      client.destroy();
      await answered.taken;
      expect(slotsOf(limits)).toBe(100);
    },
  );
});
