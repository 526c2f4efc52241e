import {
  count,
  logger,
  optional,
  text,
  validateArgument,
  validateOptions,
  withMethods,
  type Check,
  type OptionChecks,
} from '@receptorjs/validation';

/** Checks that several services share. */
export const logCheck = optional(logger);
export const tlsCheck = (what: 'TlsClient' | 'TlsServer'): Check =>
  optional(withMethods(`a ${what} of @receptorjs/certificates`, 'current'));

const carriers = {
  dialer: withMethods('what opens streams', 'dial'),
  acceptor: withMethods('what accepts streams', 'listen'),
  datagrams: withMethods('a mesh node', 'openDatagram', 'advertise'),
};

/** Where a service comes out of the mesh or into it. */
export const remoteChecks = { remoteNode: text, remoteService: text } as const;
export const localChecks = { port: count, host: optional(text) } as const;
export const connectionChecks = { log: logCheck, maxConnections: optional(count) } as const;
export const flowChecks = {
  log: logCheck,
  maxFlows: optional(count),
  flowIdleMs: optional(count),
} as const;

/**
 * Checks the two arguments that every service has.
 *
 * @param carrier what carries the service over the mesh
 * @throws {TypeError} `invalid-argument`
 */
export function validateService<T extends object>(
  where: string,
  carrier: readonly [kind: keyof typeof carriers, given: unknown],
  options: T,
  checks: OptionChecks<T>,
): void {
  const [kind, given] = carrier;
  validateArgument(where, kind === 'datagrams' ? 'node' : 'streams', given, carriers[kind]);
  validateOptions<T>(where, options, checks);
}
