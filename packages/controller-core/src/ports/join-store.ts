import type { NodeType } from '../domain/instance.js';

/** What a machine that joins becomes. */
export type JoiningType = Extract<NodeType, 'execution' | 'hop'>;

/** Where a node listens for links of others: TCP with TLS. */
export interface MeshAddress {
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** A token is used by a machine. */
export interface TokenUse {
  readonly digest: string;
  readonly nodeId: string;
  readonly nodeType: JoiningType;
  /** Of the public key of the machine. */
  readonly keyDigest: string;
  readonly now: Date;
}

/** A token that was used, now or before by the same machine. */
export interface UsedToken {
  readonly id: number;
  /** Whether it was used before, by the same key for the same node: that machine has not got the answer. */
  readonly isAgain: boolean;
  /** The only node that it is for; empty for any. */
  readonly nodeId: string;
  readonly groupId: number | null;
  /** The node that is linked to; empty for the control plane. */
  readonly peer: string;
  readonly listener: MeshAddress | undefined;
}

/** Why a token is not to be used. */
export type TokenRefusal = 'unknown' | 'expired' | 'used' | 'wrong-type' | 'wrong-node';

/** What is kept of machines that join. */
export interface JoinStore {
  /** Uses a token up. Of several at once one succeeds. */
  use(use: TokenUse): Promise<UsedToken | TokenRefusal>;
  /** Adds a node to the list of the policy of a group; one that is there stays. */
  addToGroup(groupId: number, hostname: string): Promise<void>;
  /** Where a node listens; nothing where it does not any more. It replaces what was known of that node, and of whoever listened there before. */
  setAddress(hostname: string, address: MeshAddress | undefined): Promise<void>;
  /** Where a node listens, or with an empty hostname all nodes of the control plane, in the order of their names. */
  addresses(hostname: string): Promise<readonly MeshAddress[]>;
}
