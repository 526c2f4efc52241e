/** quiche wants addresses; there are no sockets, so these are constants. */
export const LOCAL = { host: '127.0.0.1', port: 1 };
/** The other end's. */
export const REMOTE = { host: '127.0.0.1', port: 2 };
