import {
  JoinError,
  makeJoinToken,
  type JoinTokenRequest,
  type ResourceStore,
} from '@receptorjs/controller-core';
import { writeJoinToken } from '@receptorjs/join-protocol';
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { socketPath } from '../settings/socket-path.js';

const MAX_BODY = 4096;

/** Where a controller is asked by those who may read its data folder. */
export const tokenSocketPath = (folder: string): string => socketPath(folder, 'controller.sock');

/** What the tokens are made with. */
export interface TokenSocketOptions {
  readonly store: ResourceStore;
  readonly hostname: string;
  /** Of the certificate that the interface shows. */
  readonly fingerprint?: string | undefined;
}

/** What is answered. */
export type TokenAnswer =
  { readonly token: string; readonly expires: string } | { readonly error: string };

/** Makes join tokens for whoever may open a socket in the data folder: the same who may read the keys there. */
export class TokenSocket {
  private constructor(private readonly server: Server) {}

  static async listen(folder: string, options: TokenSocketOptions): Promise<TokenSocket> {
    const path = tokenSocketPath(folder);
    // one process at a time has the folder: this is left from one that has died
    rmSync(path, { force: true });
    const server = createServer((request, response) => {
      void answer(request, options).then((body) => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
    chmodSync(path, 0o600);
    return new TokenSocket(server);
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

async function answer(
  request: IncomingMessage,
  { store, hostname, fingerprint }: TokenSocketOptions,
): Promise<TokenAnswer> {
  try {
    const wanted = JSON.parse(await bodyOf(request)) as JoinTokenRequest;
    const { secret, expires } = await store.transaction(async (within) => {
      const made = await makeJoinToken(within, wanted, new Date());
      const { id, stored: changes } = made;
      await within.insert('activity_stream', {
        actor: null,
        actor_username: 'controller join-token',
        action_node: hostname,
        operation: 'create',
        object1: 'join_token',
        object1_id: id,
        changes,
      });
      return made;
    });
    return { token: writeJoinToken({ secret, fingerprint }), expires: expires.toISOString() };
  } catch (error) {
    if (error instanceof JoinError || error instanceof SyntaxError) return { error: error.message };
    console.error('a join token was not made:', error);
    return { error: 'the controller failed; its log says why' };
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_BODY) throw new SyntaxError('the request is too long');
  }
  return text;
}
