import { createHash } from 'node:crypto';
import { runsControlPlane } from '../../domain/instance.js';
import type { InstanceStore } from '../../ports/instance-store.js';
import type {
  JoiningType,
  JoinStore,
  MeshAddress,
  TokenRefusal,
  UsedToken,
} from '../../ports/join-store.js';
import type { MeshAuthority } from '../../ports/mesh-authority.js';
import type { ResourceStore } from '../../ports/resource-store.js';
import { JoinError } from './join-error.js';

const DAY_MS = 86_400_000;
/** Certificates are good a little before they are made: clocks differ. */
const EARLIER_MS = 300_000;

/** Stores within one transaction. */
export interface JoinStores {
  readonly store: ResourceStore;
  readonly instances: Pick<InstanceStore, 'discover' | 'get' | 'recomputeGroups'>;
  readonly joins: JoinStore;
}

/** What machines join by. */
export interface JoiningOptions {
  /** All that `work` does through the stores it is given is done, or nothing of it. */
  readonly inTransaction: <Result>(
    work: (stores: JoinStores) => Promise<Result>,
  ) => Promise<Result>;
  readonly authority: MeshAuthority;
  /** By which nodes verify work, in PEM. */
  readonly workPublicKey: string;
  /** Days that the certificate of a node is good for. */
  readonly certificateDays: number;
  /** The node of this controller, which is noted in the activity stream. */
  readonly hostname: string;
  /** SHA-256 of the certificate that the interface shows, in base64url; absent for one over HTTP. */
  readonly fingerprint?: string | undefined;
  readonly now: () => Date;
}

/** A machine that asks to be a node. */
export interface JoinApplication {
  readonly secret: string;
  readonly nodeId: string;
  readonly nodeType: JoiningType;
  /** A certificate request in PEM. */
  readonly csr: string;
  readonly remoteAddress: string;
}

/** What it is told. */
export interface JoinedNode {
  readonly certificate: string;
  readonly ca: string;
  readonly peers: readonly MeshAddress[];
  readonly workPublicKey: string;
  readonly listener: MeshAddress | undefined;
}

/** How a token is stored: whoever reads that can't use it. */
export const joinDigest = (secret: string): string =>
  createHash('sha256').update(secret).digest('hex');

const refusals: Readonly<Record<TokenRefusal, string>> = {
  unknown: 'this join token is not known: it was never made here, or was revoked',
  expired: 'this join token has expired; have another one made',
  used: 'this join token was used by another machine already; each is for one',
  'wrong-type': 'this join token is for a node of another type',
  'wrong-node': 'this join token is for a node of another ID',
};

/**
 * Makes nodes of machines that have a token: signs the key of each, registers it and tells it whom to link to. It keeps nothing itself.
 *
 * See docs/decisions/0176-a-token-is-used-once.md.
 */
export class Joining {
  constructor(private readonly options: JoiningOptions) {}

  /** See {@link JoiningOptions.fingerprint}. */
  get fingerprint(): string | undefined {
    return this.options.fingerprint;
  }

  /**
   * Uses a token up, all or nothing. Who has not got the answer may ask again with the same key, until the token expires.
   *
   * @throws {JoinError}
   */
  async join(application: JoinApplication): Promise<JoinedNode> {
    const { authority, inTransaction, certificateDays, workPublicKey } = this.options;
    const { secret, nodeId, nodeType, csr } = application;
    const keyDigest = authority.keyDigest(csr);
    const ca = await authority.open();
    return inTransaction(async (stores) => {
      const now = this.options.now();
      const use = { digest: joinDigest(secret), nodeId, nodeType, keyDigest, now };
      const token = await stores.joins.use(use);
      if (typeof token === 'string') throw new JoinError('refused-token', refusals[token]);
      await checkNode(stores, application, token);
      const peers = await stores.joins.addresses(token.peer);
      if (peers.length === 0) throw nobodyListens(token.peer);
      await this.#register(stores, application, token);
      const certificate = ca.issue(csr, {
        nodeId,
        hosts: token.listener === undefined ? [] : [token.listener.host],
        notBefore: new Date(now.getTime() - EARLIER_MS),
        notAfter: new Date(now.getTime() + certificateDays * DAY_MS),
      });
      return { certificate, ca: ca.certificate, peers, workPublicKey, listener: token.listener };
    });
  }

  async #register(
    { store, instances, joins }: JoinStores,
    { nodeId, nodeType, remoteAddress }: JoinApplication,
    { id, groupId, isAgain, listener }: UsedToken,
  ): Promise<void> {
    const { instance } = await instances.discover({ hostname: nodeId, nodeType, approved: true });
    await joins.setAddress(nodeId, listener);
    if (groupId !== null) {
      await joins.addToGroup(groupId, nodeId);
      await instances.recomputeGroups();
    }
    if (isAgain) return;
    await store.insert('activity_stream', {
      actor: null,
      actor_username: `join token ${id}`,
      action_node: this.options.hostname,
      remote_address: remoteAddress,
      operation: 'create',
      object1: 'instance',
      object1_id: instance.id,
      changes: { hostname: nodeId, node_type: nodeType, join_token: id },
    });
  }
}

/** A token that names no node makes a new one: it takes the place of none that is there. */
async function checkNode(
  { instances }: JoinStores,
  { nodeId, nodeType }: JoinApplication,
  { isAgain, nodeId: named }: UsedToken,
): Promise<void> {
  const there = await instances.get(nodeId);
  if (there === undefined) return;
  const { node_type: type } = there;
  if (runsControlPlane(type))
    throw new JoinError('node-exists', `${nodeId} is a node of the control plane`);
  if (type !== nodeType)
    throw new JoinError('node-exists', `${nodeId} is there as a node of another type: ${type}`);
  if (!isAgain && named !== nodeId)
    throw new JoinError(
      'node-exists',
      `there is a node ${nodeId}; a token that is made for this ID lets a machine take its place`,
    );
}

const nobodyListens = (peer: string): JoinError =>
  new JoinError(
    'nobody-listens',
    peer === ''
      ? 'no controller listens for links of nodes: start one with --mesh-listen'
      : `${peer} does not listen for links of other nodes`,
  );
