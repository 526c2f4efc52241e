import { hostPort } from '@receptorjs/socket-addresses';
import { isEveryAddress } from '../fields/address-fields.js';

/** The fields of what listens on a port. */
interface Listener {
  readonly bindaddr: string;
  readonly port: number;
}

/** The subject of an action that listens on a port. */
export const boundAddress = ({ bindaddr, port }: Listener): string => hostPort(bindaddr, port);

/** The TCP socket that an action takes. */
export const tcpSocket = ({ bindaddr, port }: Listener): string[] => socket('TCP', bindaddr, port);

/** The UDP socket that an action takes. */
export const udpSocket = ({ bindaddr, port }: Listener): string[] => socket('UDP', bindaddr, port);

/** The Unix socket that an action takes; none without a path. */
export const unixSocket = ({ filename }: { readonly filename?: string | undefined }): string[] =>
  filename ? [`Unix socket ${filename}`] : [];

/** None for port 0, which is another one each time. */
function socket(protocol: string, host: string, port: number): string[] {
  if (port === 0) return [];
  return [`${protocol} ${hostPort(isEveryAddress(host) ? '0.0.0.0' : host, port)}`];
}
