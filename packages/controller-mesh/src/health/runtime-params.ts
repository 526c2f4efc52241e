import { errorText } from '@receptorjs/primitives';

/** Whether a node has refused a unit because its work type takes no parameters (`allowruntimeparams` is not set). */
export function isWithoutParams(error: unknown): boolean {
  return errorText(error).includes('extra params provided but not allowed');
}
