import type { WaitOptions } from '@receptorjs/control-protocol';
import type { ControlTlsOptions } from './address.js';
import type { ControlConnectionOptions } from './control-connection.js';

/** Options of every client. */
export interface ControlClientOptions extends ControlConnectionOptions {
  /**
   * Signs submissions and requests to cancel, to release and for results that come without a signature: asked for a fresh one each time.
   * Default: they are not signed.
   */
  readonly sign?: (() => Promise<string | undefined>) | undefined;
}

/** Options of `ControlClient.connect`. */
export interface ConnectOptions extends ControlClientOptions, WaitOptions {
  readonly tls?: ControlTlsOptions | undefined;
}
