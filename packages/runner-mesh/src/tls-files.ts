import { TlsClient, type CertificateLog } from '@receptorjs/certificates';
import { NodeRunError, reasonOf } from './errors.js';

/** Whom this end trusts, and who it is: paths of PEM files. */
export interface TlsFiles {
  /** CAs that are trusted. Default: those of the system. */
  readonly rootCas?: string;
  /** Certificate shown to those that ask for one; needs `key`. */
  readonly cert?: string;
  readonly key?: string;
  /** Take any certificate. Default false. */
  readonly insecureSkipVerify?: boolean;
}

/**
 * Loads the files for a node. Whether the certificate names the node is left to those it is shown to.
 *
 * @throws NodeRunError `bad-peer`
 */
export async function loadTls(
  files: TlsFiles,
  nodeId: string,
  log: CertificateLog,
): Promise<TlsClient> {
  try {
    const config = { name: 'receptor', skipReceptorNamesCheck: true, ...files };
    return await TlsClient.load(config, { nodeId, log });
  } catch (cause) {
    throw new NodeRunError('bad-peer', reasonOf(cause), { cause });
  }
}
