import { WebSocket } from 'ws';
import type { Role } from '../permissions/roles.js';

/** A server-sent event. */
export interface SentEvent {
  readonly id: string | undefined;
  readonly name: string;
  readonly data: Record<string, unknown>;
}

/** An open stream of server-sent events. */
export interface Stream {
  readonly status: number;
  /** Comments so far. */
  comments(): number;
  /** The next event; nothing once the stream has ended. */
  next(): Promise<SentEvent | undefined>;
  close(): void;
}

/** Opens a stream of server-sent events. */
export async function openStream(
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<Stream> {
  const over = new AbortController();
  const response = await fetch(url, { headers, signal: over.signal });
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  let text = '';
  let comments = 0;
  return {
    status: response.status,
    comments: () => comments,
    async next() {
      for (;;) {
        const end = text.indexOf('\n\n');
        if (end === -1) {
          const piece = await reader?.read();
          if (piece?.value === undefined) return undefined;
          text += decoder.decode(piece.value as Uint8Array, { stream: true });
          continue;
        }
        const lines = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        const field = (name: string) =>
          lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
        const name = field('event');
        if (name === undefined) comments += lines[0]?.startsWith(':') === true ? 1 : 0;
        else
          return {
            id: field('id'),
            name,
            data: JSON.parse(field('data') ?? '{}') as Record<string, unknown>,
          };
      }
    },
    close: () => over.abort(),
  };
}

/** An open WebSocket. */
export interface Socket {
  /** The next message; nothing once it is closed. */
  next(): Promise<Record<string, unknown> | undefined>;
  send(message: unknown): void;
  close(): void;
  /** The code that it was closed with; waits for that. */
  readonly closed: Promise<number>;
}

/** Opens a WebSocket. @throws {Error} with the status where it is refused */
export async function openSocket(
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<Socket> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), { headers });
  const messages: (Record<string, unknown> | undefined)[] = [];
  let wake: (() => void) | undefined;
  const add = (message: Record<string, unknown> | undefined): void => {
    messages.push(message);
    wake?.();
  };
  socket.on('message', (data: Buffer) =>
    add(JSON.parse(data.toString()) as Record<string, unknown>),
  );
  const closed = new Promise<number>((resolve) => {
    socket.on('close', (code) => {
      add(undefined);
      resolve(code);
    });
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('unexpected-response', (_request, { statusCode }) => {
      reject(new Error(`refused: ${statusCode}`));
    });
    socket.once('error', reject);
  });
  return {
    async next() {
      while (messages.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return messages.shift();
    },
    send: (message) => socket.send(JSON.stringify(message)),
    close: () => socket.close(),
    closed,
  };
}

/** How a role shows who it is. */
export const bearer = (role: Role): Record<string, string> => ({
  authorization: `Bearer token-of-${role}`,
});
