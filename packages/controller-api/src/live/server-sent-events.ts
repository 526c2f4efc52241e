import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import type { CurrentUser } from '../permissions/roles.js';
import type { Call } from '../endpoints/endpoint.js';
import { AutoResetEvent } from './auto-reset-event.js';
import type { Live } from './live.js';

/** Milliseconds in which changes are coalesced. */
const COALESCE_MS = 50;
/** Milliseconds until what is held back is polled for again. */
const HELD_POLL_MS = 50;

/** One message of a stream of server-sent events. */
export function sentEvent(name: string, data: unknown, id?: string | number): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** What one poll has found. */
export interface StreamBatch {
  /** What is sent of it. */
  readonly text: string;
  /** `more`: poll again at once; `held`: soon; `idle`: at the next event; `end`: no more. */
  readonly next: 'more' | 'held' | 'idle' | 'end';
}

/** What is sent in a stream, poll by poll. */
export interface StreamSource {
  /** Has an event set when there is something to poll for. @returns ends that */
  subscribe(event: AutoResetEvent): () => void;
  /** @param user who is sent it, as of now */
  poll(user: CurrentUser): Promise<StreamBatch>;
  /** Whether somebody may still be sent it. */
  isAllowed(user: CurrentUser): boolean;
}

/** The form of a stream: what begins it, keeps it alive, and says that it is denied from now on. */
export interface StreamForm {
  readonly type: string;
  readonly opening: string;
  readonly keepAlive: string;
  readonly denied: string;
}

/** Server-sent events. */
export const serverSentEvents: StreamForm = {
  type: 'text/event-stream; charset=utf-8',
  opening: 'retry: 2000\n\n',
  keepAlive: ': keepalive\n\n',
  denied: sentEvent('denied', {}),
};

/**
 * Acquires a slot of the streams for a call. It is released with the client or the end of the answer, or by what is returned, whichever is first.
 *
 * @throws {ApiError} 429, 503
 */
export function acquireSlot(live: Live, call: Call): () => void {
  const release = live.limits.acquire(call.user.id);
  whenOver(call, release);
  return release;
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
 * Answers with a stream that ends with the client, the server, its source, or the right to read that. Nothing is kept for a slow client: the source is polled when it
 * has taken what was sent.
 *
 * @param slot releases the slot of the stream, where it has been acquired by now
 * @throws {ApiError} 429, 503 where there is none
 */
export async function answerStream(
  live: Live,
  call: Call,
  source: StreamSource,
  form: StreamForm = serverSentEvents,
  slot?: () => void,
): Promise<unknown> {
  const { request, reply } = call;
  reply.type(form.type).header('X-Accel-Buffering', 'no');
  // whoever asks for the headers alone waits for no event
  if (request.method === 'HEAD') return '';
  const release = slot ?? acquireSlot(live, call);
  try {
    await live.listen();
  } catch (error) {
    release();
    throw error;
  }
  return Readable.from(textOf(live, { request, reply, source, form, release }), {
    objectMode: false,
  });
}

/** A stream that is being answered. */
interface Answering {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly source: StreamSource;
  readonly form: StreamForm;
  readonly release: () => void;
}

async function* textOf(
  live: Live,
  { request, reply, source, form, release }: Answering,
): AsyncGenerator<string> {
  const gone = new AbortController();
  const signal = AbortSignal.any([gone.signal, live.over]);
  const forget = whenOver({ request, reply }, () => gone.abort());
  const event = new AutoResetEvent();
  const unsubscribe = source.subscribe(event);
  try {
    const { identity } = request;
    if (identity === undefined) return;
    const principal = live.principal(identity);
    // nothing may come for long: the headers are sent at once
    reply.raw.flushHeaders();
    if (form.opening !== '') yield form.opening;
    while (!signal.aborted) {
      const user = await principal.user();
      if (user === undefined || !source.isAllowed(user)) {
        if (form.denied !== '') yield form.denied;
        return;
      }
      const { text, next } = await source.poll(user);
      if (text !== '') yield text;
      if (next === 'end') return;
      if (next === 'more') continue;
      const isSet = await event.wait(next === 'held' ? HELD_POLL_MS : live.heartbeatMs, signal);
      if (isSet) await new AutoResetEvent().wait(COALESCE_MS, signal);
      else if (next === 'idle' && form.keepAlive !== '') yield form.keepAlive;
    }
  } finally {
    unsubscribe();
    release();
    forget();
  }
}
