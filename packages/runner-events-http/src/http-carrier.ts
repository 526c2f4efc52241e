import { EventPluginError, type Carrier, type Message } from '@receptorjs/runner-events';
import { once } from 'node:events';
import { Agent, request as requestHttp, type IncomingMessage } from 'node:http';
import { Agent as SecureAgent, request as requestHttps } from 'node:https';
import { passOver } from './answer-body.js';
import type { HttpAddress } from './http-address.js';

/** What the TLS side of a connection needs. */
export interface HttpTls {
  readonly ca: Buffer | undefined;
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
  readonly rejectUnauthorized: boolean;
}

/** Answers that mean: not now. */
const LATER = new Set([408, 425, 429]);

/** Posts messages over one connection that is kept open. Owns the connection. */
export class HttpCarrier implements Carrier {
  readonly #address: HttpAddress;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #agent: Agent;

  constructor(address: HttpAddress, headers: Readonly<Record<string, string>>, tls: HttpTls) {
    this.#address = address;
    this.#headers = headers;
    const { ca, cert, key, rejectUnauthorized } = tls;
    const kept = { keepAlive: true, maxSockets: 1 };
    this.#agent = address.secure
      ? new SecureAgent({
          ...kept,
          rejectUnauthorized,
          ca,
          cert,
          key,
        })
      : new Agent(kept);
  }

  async send(message: Message, signal: AbortSignal): Promise<void> {
    const start = this.#address.secure ? requestHttps : requestHttp;
    const request = start({
      ...this.#address.request,
      agent: this.#agent,
      method: 'POST',
      signal,
      headers: {
        'content-type': 'application/json',
        ...this.#headers,
        // A string as RFC 8941 has it; what a header can't hold is encoded as in URLs, halves of surrogates as U+FFFD.
        'idempotency-key': `"${encodeURI(Buffer.from(message.id).toString())}"`,
      },
    });
    // The waits below get errors too; after the answer no wait does.
    request.on('error', () => undefined);
    request.end(message.body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    await passOver(response);
    checkStatus(response.statusCode ?? 0);
  }

  close(): Promise<void> {
    this.#agent.destroy();
    return Promise.resolve();
  }
}

function checkStatus(status: number): void {
  if (status >= 200 && status < 300) return;
  const later = LATER.has(status) || status >= 500;
  throw new EventPluginError(later ? 'unreachable' : 'refused', `the server answered ${status}`);
}
