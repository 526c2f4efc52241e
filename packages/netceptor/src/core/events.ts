/** A link that did not come about. */
export interface LinkFailure {
  /** As the backend names the link: `tcp 192.0.2.1:2222`. */
  readonly link: string;
  readonly reason: string;
}

/** What happened in a core, for its owner, in that order. */
export type CoreEvent =
  /** A link has been established. */
  | { readonly type: 'link-up'; readonly nodeId: string; readonly cost: number }
  /** A link has ended before it was established. */
  | ({ readonly type: 'link-failed' } & LinkFailure)
  /** An established link is gone. */
  | { readonly type: 'link-down'; readonly nodeId: string; readonly reason: string }
  /** The route to a node changed; `via` is the neighbor, undefined when the node can't be reached any more. */
  | { readonly type: 'route'; readonly nodeId: string; readonly via: string | undefined }
  /** The routing table was computed anew and differs from the one before. Follows its `route` events. */
  | { readonly type: 'routes-changed' }
  /** A node came back with a younger epoch: everything it had is gone. */
  | { readonly type: 'node-restarted'; readonly nodeId: string }
  /** A service was advertised, or withdrawn by its node or by age. */
  | {
      readonly type: 'advertisement';
      readonly nodeId: string;
      readonly service: string;
      readonly withdrawn: boolean;
    }
  /** Another node with this node's ID was there before: this node has to go. */
  | { readonly type: 'duplicate-node' };

/** Where the parts of a core put their events. */
export type EmitEvent = (event: CoreEvent) => void;
