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
 * Takes a place of the streams for a call. It is given back with the client or the end of the answer, or by what is returned, whichever is first.
 *
 * @throws {ApiError} 429, 503
 */
export function takePlace(live: Live, call: Call): () => void {
  const leave = live.limits.enter(call.user.id);
  whenOver(call, leave);
  return leave;
}

/** Does something once an answer has been sent or nobody is there to take it: at once where that is so by now. @returns ends that */
function whenOver(
  { request, reply }: Pick<Call, 'request' | 'reply'>,
  act: () => void,
): () => void {
  const { socket } = request.raw;
  // an answer that waits behind another of its connection is not told of its end
  const from = [reply.raw, socket];
  const end = (): void => {
    for (const one of from) one.off('close', over);
  };
  const over = (): void => {
    end();
    act();
  };
  for (const one of from) one.once('close', over);
  if (reply.raw.destroyed || socket.destroyed) over();
  return end;
}

/**
 * Answers with a stream that ends with the client, the server, what is told, or the right to be told. Nothing is kept for a slow client: the database is looked at when it
 * has taken what was sent.
 *
 * @param place of the stream, where it has been taken by now
 * @throws {ApiError} 429, 503 where there is none
 */
export async function answerStream(
  live: Live,
  call: Call,
  telling: Telling,
  form: StreamForm = serverSentEvents,
  place?: () => void,
): Promise<unknown> {
  const { request, reply } = call;
  reply.type(form.type).header('X-Accel-Buffering', 'no');
  // whoever asks for the headers alone waits for no event
  if (request.method === 'HEAD') return '';
  const leave = place ?? takePlace(live, call);
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
  const forget = whenOver({ request, reply }, () => gone.abort());
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
    forget();
  }
}
