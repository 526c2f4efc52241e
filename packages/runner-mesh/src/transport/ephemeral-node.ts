import type { TlsClient } from '@receptorjs/certificates';
import { ControlClient } from '@receptorjs/control-client';
import { MeshNode, type Logger } from '@receptorjs/netceptor';
import { dialTcp, dialUdp, dialWebSocket, type Dialer } from '@receptorjs/netceptor-backends';
import { isTlsMissing, StreamHost } from '@receptorjs/netceptor-streams';
import { randomBytes } from 'node:crypto';
import { awaitNode } from './await-node.js';
import type { ControlTransport } from './control-transport.js';
import { NodeRunError, reasonOf } from '../errors.js';
import type { PeerAddress } from './peer-address.js';
import { limitText, reportWaiting, type OnWaiting } from './waiting.js';
import { loadTls, type TlsFiles } from './tls-files.js';

/** Milliseconds a control service may take to greet. */
const GREETING_MS = 10_000;

/** Codes of errors that another attempt would end with as well. */
const FINAL: ReadonlySet<unknown> = new Set([
  'blocked-by-firewall',
  'engine-unavailable',
  'handshake-failed',
  'invalid-node-id',
  'shutdown',
  'tls-unusable',
]);

/** What the node is for. */
export interface EphemeralNodeOptions {
  /** The node whose control service is spoken to. */
  readonly target: string;
  readonly peer: Exclude<PeerAddress, { kind: 'socket' }>;
  /** Name of the peer as it was given. */
  readonly peerName: string;
  /** Default: an ID that no other node has. */
  readonly nodeId?: string | undefined;
  readonly tls?: TlsFiles | undefined;
  /** The control service has TLS, whether it says so or not. */
  readonly controlTls?: boolean | undefined;
  /** Milliseconds for the link, and again for the route to the target. */
  readonly timeoutMs: number;
  readonly log: Logger;
  readonly onWaiting?: OnWaiting | undefined;
  readonly signal: AbortSignal;
}

/** A node of the mesh that lives in this process for as long as a job does. It alone writes its fields. */
export class EphemeralNode implements ControlTransport {
  readonly handsOn = false;
  readonly #options: EphemeralNodeOptions;
  readonly #node: MeshNode;
  readonly #streams: StreamHost;
  /** Loaded when it is first needed. */
  #tls: Promise<TlsClient> | undefined;
  /** The dialer of the link; another one after the first link was lost. */
  #dialer: Dialer | undefined;
  /** Gets what goes wrong with the first link; set while that is being made. */
  #onTrouble: ((line: string) => void) | undefined;
  #closed = false;

  private constructor(options: EphemeralNodeOptions, nodeId: string) {
    this.#options = options;
    const { log } = options;
    const logged = (log: (line: string) => void) => (line: string) => {
      log(line);
      this.#onTrouble?.(line);
    };
    this.#node = new MeshNode({
      nodeId,
      log: {
        error: logged((line) => log.error(line)),
        warning: logged((line) => log.warning(line)),
        info: (line) => log.info(line),
        debug: (line) => log.debug(line),
      },
    });
    this.#streams = new StreamHost(this.#node);
  }

  /**
   * Joins the mesh and waits until the target is known.
   *
   * @throws {NodeRunError} `bad-peer`, `no-peer`, `peer-timeout`, `node-id-in-use`; the signal's reason
   */
  static async join(options: EphemeralNodeOptions): Promise<EphemeralNode> {
    const { nodeId = `ansible-runner-${randomBytes(6).toString('hex')}` } = options;
    let joined: EphemeralNode;
    try {
      joined = new EphemeralNode(options, nodeId);
    } catch (cause) {
      throw new NodeRunError('bad-peer', reasonOf(cause), { cause });
    }
    try {
      const { peerName, target, timeoutMs, onWaiting } = options;
      const limit = `(up to ${limitText(timeoutMs)})`;
      await reportWaiting(`the peer ${peerName} to answer ${limit}`, onWaiting, () =>
        joined.#link(),
      );
      await reportWaiting(`${peerName} to know a route to ${target} ${limit}`, onWaiting, () =>
        joined.#findTarget(),
      );
      return joined;
    } catch (error) {
      await joined.close();
      throw error;
    }
  }

  async connect(signal: AbortSignal): Promise<ControlClient> {
    const { target, controlTls } = this.#options;
    const dial = (tls?: TlsClient) => this.#streams.dial(target, 'control', { signal, tls });
    const secure = controlTls === true || this.#saysTls();
    const stream = secure
      ? await dial(await this.#tlsClient())
      : // its advertisement may not have come yet
        await dial().catch(async (error: unknown) => {
          if (!isTlsMissing(error)) throw error;
          return dial(await this.#tlsClient());
        });
    return ControlClient.over(stream, { expectNode: target, greetingTimeoutMs: GREETING_MS });
  }

  isFinal(error: unknown): boolean {
    return error instanceof Error && 'code' in error && FINAL.has(error.code);
  }

  workTypes(): Promise<readonly string[] | undefined> {
    const control = this.#advertisement();
    const offered = control && (control.workCommands ?? []);
    return Promise.resolve(offered?.map(({ workType }) => workType));
  }

  isReachable(): Promise<boolean> {
    return Promise.resolve(this.#node.isReachable(this.#options.target));
  }

  onReachable(listener: () => void): () => void {
    const { target } = this.#options;
    const onRoute = ({ nodeId, via }: { nodeId: string; via: string | undefined }) => {
      if (nodeId === target && via !== undefined) listener();
    };
    this.#node.on('route', onRoute);
    return () => this.#node.off('route', onRoute);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#streams.close();
    await this.#dialer?.close();
    await this.#node.close();
    (await this.#tls?.catch(() => undefined))?.close();
  }

  #advertisement() {
    const { target } = this.#options;
    return this.#node
      .status()
      .advertisements.find(({ nodeId, service }) => nodeId === target && service === 'control');
  }

  /** What the mesh says can only add to what was asked for. */
  #saysTls(): boolean {
    return this.#advertisement()?.connectionType === 2;
  }

  #tlsClient(): Promise<TlsClient> {
    const { tls = {}, log } = this.#options;
    this.#tls ??= loadTls(tls, this.#node.nodeId, log);
    return this.#tls;
  }

  /** Makes the link: the first attempt reports at once what is wrong, later ones go on for as long as the node lives. */
  async #link(): Promise<void> {
    const { peerName, timeoutMs, signal } = this.#options;
    const node = this.#node;
    const stop = new AbortController();
    const noPeer = (why: string, cause?: unknown) =>
      new NodeRunError('no-peer', `Cannot connect to peer ${peerName}: ${why}`, { cause });
    const up = awaitNode(node, {
      listen: (done, fail) => {
        node.once('link-up', done);
        // There is one attempt: whatever is complained of has ended it.
        this.#onTrouble = (line) => fail(noPeer(line));
        return () => {
          node.off('link-up', done);
          this.#onTrouble = undefined;
        };
      },
      timeoutMs,
      signal: AbortSignal.any([signal, stop.signal]),
      late: () => noPeer(`it did not answer within ${timeoutMs / 1000} s`),
    });
    up.catch(() => undefined);
    try {
      await this.#dial(false);
    } catch (cause) {
      stop.abort();
      throw cause instanceof NodeRunError ? cause : noPeer(reasonOf(cause), cause);
    }
    await up;
    node.once('link-down', () => void this.#dial(true));
  }

  async #findTarget(): Promise<void> {
    const { target, peerName, timeoutMs, signal } = this.#options;
    if (this.#node.isReachable(target)) return;
    await awaitNode(this.#node, {
      listen: (done) => this.onReachable(done),
      timeoutMs,
      signal,
      late: () =>
        new NodeRunError(
          'peer-timeout',
          `Timed out waiting for peer ${target}: ${peerName} showed no route to it within ${timeoutMs / 1000} s`,
        ),
    });
  }

  async #dial(redial: boolean): Promise<void> {
    const before = this.#dialer;
    this.#dialer = undefined;
    await before?.close();
    if (this.#closed) return;
    this.#dialer = await this.#openDialer(redial);
  }

  async #openDialer(redial: boolean): Promise<Dialer> {
    const { peer } = this.#options;
    if (peer.kind === 'udp')
      return dialUdp(this.#node, { host: peer.host, port: peer.port, redial });
    const tls = peer.tls ? { tls: await this.#tlsClient() } : {};
    return peer.kind === 'ws'
      ? dialWebSocket(this.#node, { url: peer.url, redial, ...tls })
      : dialTcp(this.#node, { host: peer.host, port: peer.port, redial, ...tls });
  }
}
