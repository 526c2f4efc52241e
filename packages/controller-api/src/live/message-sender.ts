import type { WebSocket } from 'ws';

/** Milliseconds for a client to take one message. */
const SEND_TIMEOUT_MS = 30_000;

/** Sends messages to one client, each after it has taken the one before: no more than one of them is held in memory. */
export class MessageSender {
  constructor(
    private readonly socket: Pick<WebSocket, 'send' | 'terminate'>,
    private readonly timeoutMs: number = SEND_TIMEOUT_MS,
  ) {}

  /** Resolves when the client has taken it, as far as the system knows, or is gone; ends the connection of one that takes nothing. */
  send(message: unknown): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.socket.terminate(), this.timeoutMs);
      // one that is closed says so by its own event
      this.socket.send(JSON.stringify(message), () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
