import { isSecret } from '../submission-checks.js';
import type { UnitSecrets } from '../store/unit-secrets.js';
import type { RemoteData } from './remote-extra-data.js';

/**
 * Seals the secret parameters of remote units, so that no status file has them in clear, for as long as the start on the other
 * node may have to be repeated. What is sealed is bound to the node, the work type and the TLS configuration that it is for.
 *
 * See docs/decisions/0113-secrets-on-disk.md.
 */
export class SecretParams {
  constructor(private readonly secrets: UnitSecrets) {}

  /**
   * The data with its secret parameters sealed; the same object when it has none in clear.
   *
   * @throws {WorkError} `unsafe-folder`, `unsafe-file`; what the system says when the key can't be stored
   */
  seal(data: RemoteData): RemoteData {
    const all = Object.entries(data.RemoteParams);
    const secret = all.filter(([name]) => isSecret(name));
    if (secret.length === 0) return data;
    return {
      ...data,
      RemoteParams: Object.fromEntries(all.filter(([name]) => !isSecret(name))),
      SealedParams: this.secrets.seal(purpose(data), Object.fromEntries(secret)),
    };
  }

  /**
   * The data with all its parameters in clear, for the other node.
   *
   * @throws {WorkError} `start-failed` when the key is gone, or is not the one it was sealed with
   */
  open(data: RemoteData): RemoteData {
    const { SealedParams, ...rest } = data;
    if (SealedParams === undefined) return data;
    const opened = this.secrets.open(purpose(data), SealedParams, 'its secret parameters');
    return { ...rest, RemoteParams: { ...data.RemoteParams, ...opened } };
  }
}

/**
 * The data without its secret parameters, sealed or not; undefined when it has none. To be stored as soon as no start will need them.
 */
export function withoutSecrets({ SealedParams, ...data }: RemoteData): RemoteData | undefined {
  const all = Object.entries(data.RemoteParams);
  const shown = all.filter(([name]) => !isSecret(name));
  if (SealedParams === undefined && shown.length === all.length) return undefined;
  return { ...data, RemoteParams: Object.fromEntries(shown) };
}

/** What a seal is for, and can't be used for anything else. */
function purpose({ RemoteNode, RemoteWorkType, TLSClient }: RemoteData): readonly string[] {
  return [RemoteNode, RemoteWorkType, TLSClient];
}
