import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import type { CurrentUser } from '../permissions/roles.js';
import type { Call } from '../endpoints/endpoint.js';
import { Bell } from './bell.js';
import type { Live } from './live.js';

/** Milliseconds in which what comes is told together. */
const REST_MS = 50;
/** Milliseconds until something that is held back is looked for again. */
const HELD_MS = 50;

/** One message of a stream of server-sent events. */
export function sentEvent(name: string, data: unknown, id?: string | number): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** What has been found at a look. */
export interface Look {
  /** What is told of it. */
  readonly text: string;
  /** `more`: look again at once; `held`: soon; `quiet`: when the bell rings; `end`: no more. */
  readonly then: 'more' | 'held' | 'quiet' | 'end';
}

/** What is told in a stream, look by look. */
export interface Telling {
  /** Has a bell rung when there is something to look for. @returns ends that */
  follow(bell: Bell): () => void;
  /** @param user who is told, as of now */
  look(user: CurrentUser): Promise<Look>;
  /** Whether somebody may still be told. */
  isAllowed(user: CurrentUser): boolean;
}

/** The form of a stream: what begins it, shows that it is there, and says that one is not told any more. */
export interface StreamForm {
  readonly type: string;
  readonly opening: string;
  readonly quiet: string;
  readonly denied: string;
}

/** Server-sent events. */
export const serverSentEvents: StreamForm = {
  type: 'text/event-stream; charset=utf-8',
  opening: 'retry: 2000\n\n',
  quiet: ': keepalive\n\n',
  denied: sentEvent('denied', {}),
};

/**
 * Answers with a stream that ends with the client, the server, what is told, or the right to be told. Nothing is kept for a slow client: the database is looked at when it
 * has taken what was sent.
 */
export async function answerStream(
  live: Live,
  call: Call,
  telling: Telling,
  form: StreamForm = serverSentEvents,
): Promise<unknown> {
  const { request, reply } = call;
  reply.type(form.type).header('X-Accel-Buffering', 'no');
  // whoever asks for the headers alone waits for no event
  if (request.method === 'HEAD') return '';
  const leave = live.limits.enter(call.user.id);
  try {
    await live.listen();
  } catch (error) {
    leave();
    throw error;
  }
  return Readable.from(textOf(live, { request, reply, telling, form, leave }), {
    objectMode: false,
  });
}

/** A stream that is being answered. */
interface Answering {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly telling: Telling;
  readonly form: StreamForm;
  readonly leave: () => void;
}

async function* textOf(
  live: Live,
  { request, reply, telling, form, leave }: Answering,
): AsyncGenerator<string> {
  const gone = new AbortController();
  const signal = AbortSignal.any([gone.signal, live.over]);
  const onClose = (): void => gone.abort();
  reply.raw.once('close', onClose);
  const bell = new Bell();
  const unfollow = telling.follow(bell);
  try {
    const { identity } = request;
    if (identity === undefined) return;
    const presence = live.presence(identity);
    // nothing may come for long: where it will come from is told at once
    reply.raw.flushHeaders();
    if (form.opening !== '') yield form.opening;
    while (!signal.aborted) {
      const user = await presence.user();
      if (user === undefined || !telling.isAllowed(user)) {
        if (form.denied !== '') yield form.denied;
        return;
      }
      const { text, then } = await telling.look(user);
      if (text !== '') yield text;
      if (then === 'end') return;
      if (then === 'more') continue;
      const hasRung = await bell.wait(then === 'held' ? HELD_MS : live.quietMs, signal);
      if (hasRung) await new Bell().wait(REST_MS, signal);
      else if (then === 'quiet' && form.quiet !== '') yield form.quiet;
    }
  } finally {
    unfollow();
    leave();
    reply.raw.off('close', onClose);
  }
}
