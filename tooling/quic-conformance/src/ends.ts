import type { QuicAcceptRules, QuicEngine, QuicVerifier } from '@receptorjs/quic-engine';
import type { QuicIdentity } from '@receptorjs/quic-engine';
import { Link, type Way } from './link.js';

/** What a pair of ends is made of. */
export interface EndsOptions {
  readonly server: QuicIdentity;
  readonly client?: QuicIdentity;
  /** By which the dialer checks the chain; any will do without. */
  readonly serverCa?: string;
  readonly clientCa?: string;
  readonly clients?: QuicAcceptRules['clients'];
  readonly verifyServer?: QuicVerifier;
  readonly verifyClient?: QuicVerifier;
  readonly way?: Way;
}

/** Begins a connection at both ends. */
export function makeLink(engine: QuicEngine, options: EndsOptions): Link {
  const { server, client, serverCa, clientCa, clients = 'unasked', way } = options;
  const dialer = engine.connector({ ca: serverCa, identity: client }).connect(options.verifyServer);
  const listener = engine.acceptor(server, { clients, ca: clientCa }).accept(options.verifyClient);
  return new Link(dialer, listener, way);
}
