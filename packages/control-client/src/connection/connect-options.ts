import type { WaitOptions } from '@receptorjs/control-protocol';
import type { ControlTlsOptions } from './address.js';
import type { ControlConnectionOptions } from './control-connection.js';

/** Options of `ControlClient.connect`. */
export interface ConnectOptions extends ControlConnectionOptions, WaitOptions {
  readonly tls?: ControlTlsOptions | undefined;
}
