/** Variables of a process. */
type Environment = Record<string, string | undefined>;

/** Variables of OpenTelemetry whose values are secrets, or say where a private key is, for each kind of what is sent. */
const secretVariable = /^OTEL_EXPORTER_OTLP_(?:[A-Z]+_)?(?:HEADERS|CLIENT_KEY)$/;
/** Others are secrets where their URL has a password. */
const endpointVariable = /^OTEL_EXPORTER_OTLP_(?:[A-Z]+_)?ENDPOINT$/;

/**
 * Takes what authorizes at a collector of traces out of the environment of a process, for no command of it to inherit that, whether
 * traces are sent or not: a later reload may turn them on.
 *
 * @returns what was taken out
 */
export function takeCollectorCredentials(environment: Environment): Readonly<Environment> {
  const taken: Environment = {};
  for (const [name, value] of Object.entries(environment)) {
    const isSecret =
      secretVariable.test(name) || (endpointVariable.test(name) && hasUserInfo(value ?? ''));
    if (!isSecret) continue;
    taken[name] = value;
    // of a process only a deletion takes effect
    Reflect.deleteProperty(environment, name);
  }
  return taken;
}

const hasUserInfo = (url: string): boolean => /^[^:]*:\/\/[^/?#]*@/.test(url.trim());
