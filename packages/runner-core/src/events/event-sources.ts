import type { EventSource } from './event-assembler.js';
import type { SecretMask } from '../secrets/secret-mask.js';

/** Events of a source with `change` applied to the data of each. */
function changed(
  source: EventSource,
  change: (body: string | undefined, uuid: string) => string | undefined,
): EventSource {
  return {
    take(uuid) {
      const body = source.take(uuid);
      return body instanceof Promise
        ? body.then((arrived) => change(arrived, uuid))
        : change(body, uuid);
    },
  };
}

/** Events without the secrets. */
export function withoutSecrets(source: EventSource, mask: SecretMask): EventSource {
  return changed(source, (body) => body && mask.hideInEvent(body));
}

/** Events whose uuid goes to `missing` when their data did not come. */
export function checked(source: EventSource, missing: (uuid: string) => void): EventSource {
  return changed(source, (body, uuid) => {
    if (!body) missing(uuid);
    return body;
  });
}
