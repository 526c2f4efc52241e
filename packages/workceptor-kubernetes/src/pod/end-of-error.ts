import { errorText } from '@receptorjs/primitives';
import { failureCode, foreignText } from '@receptorjs/workceptor/internal';
import { KubernetesError } from '../errors.js';
import { failed, notStarted, type PodEnd } from './pod-end.js';

/** How a unit ends whose pod could not be made, or whose way there failed. */
export function endOfError(error: unknown): PodEnd {
  const why = foreignText(errorText(error));
  if (!(error instanceof KubernetesError)) return failed(failureCode(error, 'run-failed'), why);
  switch (error.code) {
    case 'bad-config':
      return notStarted('bad-config', why);
    case 'unreachable':
    case 'busy':
    case 'server':
    case 'bad-answer':
      return notStarted('cluster-unreachable', why);
    case 'unauthorized':
      return notStarted('login-refused', why);
    default:
      if (/exceeded quota/.test(why)) return notStarted('quota-exceeded', why);
      return notStarted(error.code === 'forbidden' ? 'forbidden' : 'rejected-pod', why);
  }
}
