import { isLocked, purposeOf, START_ARGUMENTS, type SecretBox } from '@receptorjs/controller-api';
import type { JsonObject, UnifiedJob } from '@receptorjs/controller-core';

/** The inputs of a credential, its secrets in clear. */
export const openedInputs = (secrets: SecretBox, inputs: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      name,
      typeof value === 'string' && isLocked(value) ? secrets.open(value, purposeOf(name)) : value,
    ]),
  );

/** What was typed at the launch of a job. */
export const openedTyped = (
  secrets: SecretBox,
  { start_args: locked }: Pick<UnifiedJob, 'start_args'>,
): Readonly<Record<string, string>> =>
  isLocked(locked)
    ? (JSON.parse(secrets.open(locked, START_ARGUMENTS)) as Record<string, string>)
    : {};
