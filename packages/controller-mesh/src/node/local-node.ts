import { ControlClient, type NodeStatus } from '@receptorjs/control-client';
import { isRemoteAnswer } from '@receptorjs/control-protocol';
import { CONTROL_WORK_TYPE, EXECUTION_WORK_TYPE, MeshError } from '@receptorjs/controller-core';
import { errorText } from '@receptorjs/primitives';
import type { ControlTransport } from '@receptorjs/runner-mesh/internal';
import { WorkSignatures } from '@receptorjs/workceptor/internal';
import type { Duplex } from 'node:stream';

/** Milliseconds to reach a control service, and for a status. */
const CONNECT_MS = 15_000;
const STATUS_MS = 10_000;

/** Milliseconds for which is believed what a node said of its control service. */
const ADVERTISED_MS = 10_000;

/** `ConnType` of a service with TLS. */
const STREAM_WITH_TLS = 2;

/** How the mesh is entered. */
export interface LocalNodeOptions {
  /** The control socket of the node beside this process: `unix:PATH`, or whatever `parseControlAddress` takes. */
  readonly address: string;
  /** Name of a `tls-client` of that node, for control services with TLS. */
  readonly tlsClient?: string | undefined;
  /** Signs what is sent to other nodes; default: nothing is signed. */
  readonly signing?: WorkSigning | undefined;
}

/** A key to sign work by, as a node's action `work-signing` has it. */
export interface WorkSigning {
  /** File of an RSA private key. */
  readonly privateKey: string;
  /** For how long a signature is good. Default 60,000. */
  readonly tokenExpirationMs?: number;
}

/** What nodes say of their control services. */
interface Advertised {
  readonly withTls: ReadonlySet<string>;
  /** Nodes that take signed work alone. */
  readonly verifying: ReadonlySet<string>;
  readonly until: number;
}

/** Whether a node verifies work of the control plane: by the work type of control nodes, where it offers that, else by that of execution nodes. */
function verifies(
  offered: readonly { readonly WorkType: string; readonly Secure: boolean }[],
): boolean {
  const find = (name: string) => offered.find(({ WorkType }) => WorkType === name);
  return (find(CONTROL_WORK_TYPE) ?? find(EXECUTION_WORK_TYPE))?.Secure === true;
}

/**
 * The node beside this process, and through it the control services of all others. A unit is kept by the node that runs it, and by none in between, so
 * whoever reaches that node can go on with it. It alone writes its fields.
 *
 * See docs/decisions/0146-units-are-kept-where-they-run.md.
 */
export class LocalNode {
  readonly #options: LocalNodeOptions;
  /** Makes signatures; it verifies none. */
  readonly #signatures: WorkSignatures | undefined;
  /** The client that all requests to the local node share. */
  #client: Promise<ControlClient> | undefined;
  #advertised: Advertised | undefined;
  #isClosed = false;

  constructor(options: LocalNodeOptions) {
    this.#options = options;
    if (options.signing === undefined) return;
    const { privateKey, tokenExpirationMs = 60_000 } = options.signing;
    this.#signatures = new WorkSignatures('');
    this.#signatures.signWith({ privateKey, tokenExpirationMs });
  }

  /**
   * The ID of the local node.
   *
   * @throws {MeshError} `unreachable`
   */
  async hostname(): Promise<string> {
    return this.#ask((client) => client.nodeId());
  }

  /**
   * What the local node says of the mesh.
   *
   * @throws {MeshError} `unreachable`
   */
  status(fields: readonly (keyof NodeStatus)[], signal?: AbortSignal): Promise<NodeStatus> {
    return this.#ask((client) => client.status(fields, { signal, timeoutMs: STATUS_MS }));
  }

  /** Asks the local node something. @throws {MeshError} `unreachable`; the answer, where that is an error */
  async #ask<T>(request: (client: ControlClient) => Promise<T>): Promise<T> {
    try {
      return await request(await this.#shared());
    } catch (cause) {
      if (isRemoteAnswer(cause)) throw cause;
      const why = `the node behind ${this.#options.address} does not answer: ${errorText(cause)}`;
      throw new MeshError('unreachable', why, { cause });
    }
  }

  /** Whether an answer of the local node is there for a request that only nodes of this project know. */
  async ifKnown<T>(request: (client: ControlClient) => Promise<T>): Promise<T | undefined> {
    try {
      return await this.#ask(request);
    } catch (error) {
      if (isRemoteAnswer(error)) return undefined;
      throw error;
    }
  }

  /** A client of a node's control service, for as many connections as it takes. The caller closes it. */
  clientOf(node: string): ControlClient {
    const open = ({ signal }: { readonly signal?: AbortSignal | undefined }): Promise<Duplex> =>
      this.#dial(node, signal);
    return ControlClient.through(open, { expectNode: node, ...this.#signing(node) });
  }

  /** The way to a node's control service, one connection at a time. */
  transportTo(node: string): ControlTransport {
    return {
      handsOn: false,
      connect: async (signal) =>
        ControlClient.over(await this.#dial(node, signal), {
          expectNode: node,
          ...this.#signing(node),
        }),
      isFinal: () => false,
      workTypes: () => this.#workTypes(node),
      isReachable: () => this.isReachable(node),
      onReachable: () => () => undefined,
      close: () => Promise.resolve(),
    };
  }

  /** Whether there is a route to a node. @throws {MeshError} `unreachable` */
  async isReachable(node: string): Promise<boolean> {
    const { NodeID, RoutingTable } = await this.status(['NodeID', 'RoutingTable']);
    return node === NodeID || Object.hasOwn(RoutingTable ?? {}, node);
  }

  /** Closes what is open; nothing is opened any more. */
  close(): void {
    this.#isClosed = true;
    this.#client?.then((client) => client.close()).catch(() => undefined);
  }

  /** The client of the local node; a failed attempt is not kept. */
  async #shared(): Promise<ControlClient> {
    if (this.#isClosed) throw new Error('it was closed');
    const opening = (this.#client ??= ControlClient.connect(this.#options.address, {
      timeoutMs: CONNECT_MS,
    }));
    try {
      return await opening;
    } catch (error) {
      if (this.#client === opening) this.#client = undefined;
      throw error;
    }
  }

  /** Opens a stream to a node's control service. What fails on the way there is no answer of that node. */
  async #dial(node: string, signal: AbortSignal | undefined): Promise<Duplex> {
    const tlsClient = (await this.#hasTls(node)) ? this.#options.tlsClient : undefined;
    const client = await this.#shared();
    try {
      return await client.connectService(node, 'control', {
        tlsClient,
        signal,
        timeoutMs: CONNECT_MS,
      });
    } catch (cause) {
      if (!isRemoteAnswer(cause)) throw cause;
      throw new Error(`${node} can't be reached: ${cause.message}`, { cause });
    }
  }

  /** Signs for nodes that verify signatures; others refuse work that has one. */
  #signing(node: string): { readonly sign?: () => Promise<string | undefined> } {
    const signatures = this.#signatures;
    if (signatures === undefined) return {};
    return {
      sign: async () => {
        const { verifying } = await this.#advertisements();
        return verifying.has(node) ? signatures.sign(node) : undefined;
      },
    };
  }

  async #hasTls(node: string): Promise<boolean> {
    if (this.#options.tlsClient === undefined) return false;
    const { withTls } = await this.#advertisements();
    return withTls.has(node);
  }

  /** What nodes say of their control services, as it was some seconds ago at most. */
  async #advertisements(): Promise<Advertised> {
    const known = this.#advertised;
    if (known !== undefined && known.until >= performance.now()) return known;
    const { Advertisements } = await this.status(['Advertisements']);
    const services = (Advertisements ?? []).filter(({ Service }) => Service === 'control');
    const names = (found: typeof services) => new Set(found.map(({ NodeID }) => NodeID));
    return (this.#advertised = {
      withTls: names(services.filter(({ ConnType }) => ConnType === STREAM_WITH_TLS)),
      verifying: names(services.filter(({ WorkCommands }) => verifies(WorkCommands ?? []))),
      until: performance.now() + ADVERTISED_MS,
    });
  }

  async #workTypes(node: string): Promise<readonly string[] | undefined> {
    const { Advertisements } = await this.status(['Advertisements']);
    const control = Advertisements?.find(
      ({ NodeID, Service }) => NodeID === node && Service === 'control',
    );
    return control && (control.WorkCommands ?? []).map(({ WorkType }) => WorkType);
  }
}
