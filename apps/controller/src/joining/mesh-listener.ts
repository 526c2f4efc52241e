import { requestCertificate } from '@receptorjs/certificates';
import type { MeshAddress, MeshAuthority } from '@receptorjs/controller-core';
import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureFolder } from '../settings/data-folder.js';

const BITS = 2048;
const DAY_MS = 86_400_000;
/** Longer than the time before its end from which a node warns. */
const CERTIFICATE_DAYS = 60;
/** Certificates are good a little before they are made: clocks differ. */
const EARLIER_MS = 300_000;
/** The `tls-client` and the `tls-server` of the node. */
export const MESH_TLS = 'mesh';

/** Where the node of a controller takes links of other nodes. */
export interface MeshListenerOptions {
  readonly nodeId: string;
  /** Where it listens. */
  readonly listen: MeshAddress;
  /** What others call that. */
  readonly address: MeshAddress;
  /** Folder of the node. */
  readonly folder: string;
  readonly authority: MeshAuthority;
  readonly onNotice: (sentence: string) => void;
}

/**
 * The listener of a controller's own node, always with TLS: it has a certificate of the CA of the mesh, and takes links of nodes that have one too. The certificate is made
 * anew each day; the node takes changed files up. It alone writes its files.
 */
export class MeshListener {
  readonly #options: MeshListenerOptions;
  readonly #key: KeyObject;
  #renewal: NodeJS.Timeout | undefined;

  private constructor(options: MeshListenerOptions, key: KeyObject) {
    this.#options = options;
    this.#key = key;
  }

  /** Writes key, certificate and CA. */
  static async prepare(options: MeshListenerOptions): Promise<MeshListener> {
    ensureFolder(options.folder);
    const file = join(options.folder, 'mesh.key');
    if (!existsSync(file)) {
      const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: BITS });
      replace(file, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    }
    const listener = new MeshListener(options, createPrivateKey(readFileSync(file)));
    await listener.#write();
    listener.#renewal = setInterval(() => {
      listener.#write().catch((error: unknown) => {
        options.onNotice(`the certificate of the mesh was not made anew: ${String(error)}`);
      });
    }, DAY_MS);
    listener.#renewal.unref();
    return listener;
  }

  /** Actions of the node: nobody but itself reaches its control service, which runs what it is told to. */
  get actions(): {
    readonly node: object;
    readonly items: readonly Readonly<Record<string, unknown>>[];
  } {
    const { nodeId, listen, folder } = this.#options;
    const files = { cert: join(folder, 'mesh.crt'), key: join(folder, 'mesh.key') };
    const ca = join(folder, 'ca.crt');
    const name = MESH_TLS;
    const toControl = { tonode: nodeId, toservice: 'control' };
    return {
      node: {
        firewallrules: [
          { action: 'accept', fromnode: nodeId, ...toControl },
          { action: 'reject', ...toControl },
        ],
      },
      items: [
        { 'tls-server': { name, ...files, requireclientcert: true, clientcas: ca } },
        { 'tls-client': { name, ...files, rootcas: ca } },
        { 'tcp-listener': { bindaddr: listen.host, port: listen.port, tls: name } },
      ],
    };
  }

  close(): void {
    clearInterval(this.#renewal);
  }

  async #write(): Promise<void> {
    const { nodeId, address, authority, folder } = this.#options;
    const now = Date.now();
    const ca = await authority.open();
    const certificate = ca.issue(requestCertificate(this.#key, nodeId, {}), {
      nodeId,
      hosts: [address.host],
      notBefore: new Date(now - EARLIER_MS),
      notAfter: new Date(now + CERTIFICATE_DAYS * DAY_MS),
    });
    replace(join(folder, 'ca.crt'), ca.certificate);
    replace(join(folder, 'mesh.crt'), certificate);
  }
}

function replace(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
