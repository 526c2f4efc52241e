import { receptorNodeIds, TlsClient, type CertificateLog } from '@receptorjs/certificates';
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { NodeRunError, reasonOf } from '../errors.js';

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
 * The ID that a certificate names as the only one; nothing without a certificate, or where it names none or several.
 *
 * @throws {NodeRunError} `bad-peer` when the file can't be read
 */
export async function certificateNodeId(files: TlsFiles | undefined): Promise<string | undefined> {
  if (files?.cert === undefined) return undefined;
  try {
    const [only, ...others] = receptorNodeIds(new X509Certificate(await readFile(files.cert)).raw);
    return others.length === 0 ? only : undefined;
  } catch (cause) {
    throw new NodeRunError('bad-peer', `${files.cert} can't be used: ${reasonOf(cause)}`, {
      cause,
    });
  }
}

/**
 * Loads the files for a node. Whether the certificate names the node is left to those it is shown to.
 *
 * @throws {NodeRunError} `bad-peer`
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
