import type { QuicAcceptRules, QuicEngine, QuicJudge } from '@receptorjs/quic-engine';
import type { QuicIdentity } from '@receptorjs/quic-engine';
import { Link, type Way } from './link.js';

/** What a pair of ends is made of. */
export interface EndsOptions {
  readonly server: QuicIdentity;
  readonly client?: QuicIdentity;
  /** By which the dialler checks the chain; any will do without. */
  readonly serverCa?: string;
  readonly clientCa?: string;
  readonly clients?: QuicAcceptRules['clients'];
  readonly judgeServer?: QuicJudge;
  readonly judgeClient?: QuicJudge;
  readonly way?: Way;
}

/** Begins a connection at both ends. */
export function makeLink(engine: QuicEngine, options: EndsOptions): Link {
  const { server, client, serverCa, clientCa, clients = 'unasked', way } = options;
  const dialler = engine.connector({ ca: serverCa, identity: client }).connect(options.judgeServer);
  const listener = engine.acceptor(server, { clients, ca: clientCa }).accept(options.judgeClient);
  return new Link(dialler, listener, way);
}
