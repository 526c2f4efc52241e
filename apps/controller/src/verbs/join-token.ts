import type { JoiningType, JoinTokenRequest, MeshAddress } from '@receptorjs/controller-core';
import { errorText } from '@receptorjs/primitives';
import { request } from 'node:http';
import { Failure } from '../failure.js';
import { tokenSocketPath, type TokenAnswer } from '../joining/token-socket.js';

/** What the token is for. */
export interface JoinTokenArguments {
  readonly dataDir: string;
  readonly kind: JoiningType;
  readonly nodeId?: string | undefined;
  readonly group?: string | undefined;
  readonly peer?: string | undefined;
  readonly listener?: MeshAddress | undefined;
  /** Milliseconds. */
  readonly expires: number;
}

/**
 * Has the controller that runs with a data folder make a join token, and prints it; what it is good for goes to stderr.
 *
 * @throws {Failure} where none runs, or it refuses
 */
export async function joinToken(options: JoinTokenArguments): Promise<void> {
  const { dataDir, kind, nodeId, group, peer, listener, expires: lifetimeMs } = options;
  const wanted: JoinTokenRequest = { nodeType: kind, nodeId, group, peer, listener, lifetimeMs };
  const answer = await ask(dataDir, wanted);
  if ('error' in answer) throw new Failure(answer.error);
  console.log(answer.token);
  const who = nodeId === undefined ? `one ${kind} node` : `the ${kind} node ${nodeId}`;
  console.error(
    `Good for ${who}, once, until ${answer.expires}. On that machine: receptor join URL TOKEN`,
  );
}

function ask(dataDir: string, wanted: JoinTokenRequest): Promise<TokenAnswer> {
  const socketPath = tokenSocketPath(dataDir);
  return new Promise((resolve, reject) => {
    const failed = (cause: unknown): void => {
      const why = `no controller with the data folder ${dataDir} answers, and it has to run: ${errorText(cause)}`;
      reject(new Failure(why, 1, { cause }));
    };
    const asking = request({ socketPath, method: 'POST', path: '/' }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.once('error', failed);
      response.once('end', () => {
        try {
          resolve(JSON.parse(text) as TokenAnswer);
        } catch (error) {
          failed(error);
        }
      });
    });
    asking.once('error', failed);
    asking.end(JSON.stringify(wanted));
  });
}
