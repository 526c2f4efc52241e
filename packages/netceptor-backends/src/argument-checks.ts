import {
  arrayOf,
  count,
  flag,
  mappingOf,
  number,
  optional,
  text,
  validateArgument,
  validateOptions,
  withMethods,
  type OptionChecks,
} from '@receptorjs/validation';

const links = {
  cost: optional(number),
  nodeCost: optional(mappingOf(number)),
  allowedPeers: optional(arrayOf(text)),
} as const;

/** What all dialers have. */
export const dialChecks = { ...links, redial: optional(flag) } as const;
/** What all listeners have. */
export const listenChecks = { ...links, host: optional(text), port: count } as const;
export const targetChecks = { host: text, port: count } as const;
export const tlsClientCheck = optional(withMethods('a TlsClient', 'current'));
export const tlsServerCheck = optional(withMethods('a TlsServer', 'current'));

const meshNode = withMethods('a MeshNode', 'attachLink', 'checkLinkOptions');

/**
 * Checks the two arguments that every dialer and listener has.
 *
 * @throws {TypeError} `invalid-argument`
 */
export function validateBackend<T extends object>(
  where: string,
  node: unknown,
  options: T,
  checks: OptionChecks<T>,
): void {
  validateArgument(where, 'node', node, meshNode);
  validateOptions<T>(where, options, checks);
}
