import { ConfigError, place, type Action, type ActionName } from '@receptorjs/receptor-config';

/** Actions that are read and checked, and that this version can't carry out. */
const unsupported: ReadonlySet<ActionName> = new Set([
  'work-kubernetes',
  'work-python',
  'work-signing',
  'work-verification',
]);

/** The actions that this version can't carry out, each as a mistake with its place. */
export function unsupportedIn(actions: readonly Action[]): ConfigError[] {
  return actions.flatMap((each) => {
    const { action, origin } = each;
    if (unsupported.has(action)) return [refusal('config-unknown-action', '', action, origin)];
    if (each.action !== 'work-command' || !each.fields.verifysignature) return [];
    return [refusal('config-bad-value', 'verifysignature is ', action, origin)];
  });
}

/**
 * Refuses what this version can't do, rather than to run without it.
 *
 * @throws ConfigError `config-unknown-action`, `config-bad-value`
 */
export function refuseUnsupported(actions: readonly Action[]): void {
  const [first] = unsupportedIn(actions);
  if (first !== undefined) throw first;
}

function refusal(
  code: 'config-unknown-action' | 'config-bad-value',
  what: string,
  action: ActionName,
  origin: Action['origin'],
): ConfigError {
  const plain = `error in --${action}: ${what}not supported by this version`;
  return new ConfigError(code, `${plain}${place(origin)}`, { origin, plain });
}
