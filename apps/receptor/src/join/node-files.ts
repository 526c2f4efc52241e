import type { JoinAnswer } from '@receptorjs/join-protocol';
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { JoinFailure } from './join-failure.js';

const BITS = 2048;
const MARK = '# Written by "receptor join", which replaces it when it is said again.';
/** Sockets of UNIX have names of about a hundred bytes at most. */
const MAX_SOCKET_PATH = 100;

/** Where the files of a node lie. */
export interface NodeFolders {
  readonly dataDir: string;
  readonly config: string;
  /** Runs jobs: a command by its whole path. */
  readonly runner: string;
}

/** The files of a node that joins. It alone writes them. */
export class NodeFiles {
  readonly #tls: string;
  /** The first folder that was made, and whether the key was. */
  #made: { readonly folder: string | undefined; readonly key: string } | undefined;

  constructor(private readonly folders: NodeFolders) {
    this.#tls = join(folders.dataDir, 'tls');
  }

  /** Its control socket. */
  get socket(): string {
    return join(this.folders.dataDir, 'receptor.sock');
  }

  /** All of them, for whoever the node runs as. */
  get paths(): readonly string[] {
    const { dataDir, config } = this.folders;
    const names = ['receptor.key', 'receptor.crt', 'mesh-CA.crt', 'work_public_key.pem'];
    return [dataDir, this.#tls, config, ...names.map((name) => this.#at(name))];
  }

  /** @throws {JoinFailure} where a configuration is there that somebody else has written */
  check(): void {
    const { config } = this.folders;
    if (this.socket.length > MAX_SOCKET_PATH)
      throw new JoinFailure(`${this.socket} is too long for a socket; choose another --data-dir`);
    if (!existsSync(config) || readFileSync(config, 'utf8').startsWith(MARK)) return;
    throw new JoinFailure(
      `${config} is there, and was not written by "receptor join": move it away, or choose another --config`,
    );
  }

  /** The key of the node: the one that is there, else a new one, which no other user can read. */
  key(): KeyObject {
    const file = this.#at('receptor.key');
    if (existsSync(file)) return createPrivateKey(readFileSync(file));
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: BITS });
    const folder = mkdirSync(this.#tls, { recursive: true, mode: 0o700 });
    this.#made = { folder, key: file };
    replace(file, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 0o600);
    return privateKey;
  }

  /** Leaves nothing of a key that was made for nothing. */
  forget(): void {
    const made = this.#made;
    if (made === undefined) return;
    rmSync(made.folder ?? made.key, { recursive: true, force: true });
  }

  /** Writes certificates and configuration, the configuration last. */
  write(answer: JoinAnswer): void {
    const { config } = this.folders;
    replace(this.#at('receptor.crt'), answer.certificate, 0o644);
    replace(this.#at('mesh-CA.crt'), answer.ca, 0o644);
    replace(this.#at('work_public_key.pem'), answer.work_public_key, 0o644);
    mkdirSync(dirname(config), { recursive: true });
    replace(config, this.configuration(answer), 0o644);
  }

  /** The configuration of the node. */
  configuration(answer: JoinAnswer): string {
    const { dataDir, runner } = this.folders;
    const name = 'mesh';
    const tls = name;
    const files = { cert: this.#at('receptor.crt'), key: this.#at('receptor.key') };
    const ca = this.#at('mesh-CA.crt');
    const { listener_port: port } = answer;
    const items: Readonly<Record<string, unknown>>[] = [
      { node: { id: answer.node_id, datadir: dataDir } },
      { 'tls-client': { name, ...files, rootcas: ca } },
      { 'tls-server': { name, ...files, requireclientcert: true, clientcas: ca } },
      { 'control-service': { service: 'control', filename: this.socket, tls } },
      ...answer.peers.map((address) => ({ 'tcp-peer': { address, tls } })),
    ];
    if (port !== null) items.push({ 'tcp-listener': { bindaddr: '0.0.0.0', port, tls } });
    if (answer.node_type === 'execution')
      items.push(
        { 'work-verification': { publickey: this.#at('work_public_key.pem') } },
        {
          'work-command': {
            worktype: 'ansible-runner',
            command: runner,
            params: 'worker',
            allowruntimeparams: true,
            verifysignature: true,
          },
        },
      );
    // JSON is YAML
    return `${MARK}\n${items.map((item) => `- ${JSON.stringify(item)}`).join('\n')}\n`;
  }

  #at(name: string): string {
    return join(this.#tls, name);
  }
}

function replace(file: string, text: string, mode: number): void {
  writeFileSync(`${file}.new`, text, { mode });
  renameSync(`${file}.new`, file);
}
