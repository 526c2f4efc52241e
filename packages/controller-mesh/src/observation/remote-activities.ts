import type { NodeActivity } from '@receptorjs/control-client';
import { isRemoteAnswer } from '@receptorjs/control-protocol';
import type { MeshView } from '@receptorjs/controller-core';
import type { LocalNode } from '../node/local-node.js';

/** Milliseconds for which an answer counts, and for which a node that knows no such question is not asked again. */
const ASK_EVERY_MS = 60_000;
const UNKNOWN_MS = 10 * 60_000;
/** Milliseconds for an answer, and nodes that are asked at once. */
const ANSWER_MS = 5_000;
const MAX_ASKED = 10;

interface Answer {
  readonly activity: NodeActivity | undefined;
  readonly until: number;
}

/**
 * What nodes say of links that the local node is no end of: how long a packet takes, and since when they are up. One end of each is asked, over the mesh, at most once a minute. It alone writes its
 * fields.
 */
export class RemoteActivities {
  readonly #answers = new Map<string, Answer>();

  constructor(private readonly local: LocalNode) {}

  /** What is known of the nodes of a view; those whose time has come are asked. */
  async of({ hostname, nodes, links }: MeshView): Promise<ReadonlyMap<string, NodeActivity>> {
    const reachable = new Set(nodes.flatMap((node) => (node.isReachable ? [node.hostname] : [])));
    const ends = new Set<string>();
    for (const { source, target } of links) {
      if (source === hostname || target === hostname || ends.has(target)) continue;
      const end = [source, target].find((each) => reachable.has(each));
      if (end !== undefined) ends.add(end);
    }
    for (const known of this.#answers.keys()) if (!ends.has(known)) this.#answers.delete(known);
    const now = performance.now();
    const due = [...ends].filter((node) => (this.#answers.get(node)?.until ?? 0) <= now).values();
    await Promise.all(
      Array.from({ length: MAX_ASKED }, async () => {
        // one iterator: each takes what no other has taken
        for (const node of due) await this.#ask(node);
      }),
    );
    const known = new Map<string, NodeActivity>();
    for (const [node, { activity }] of this.#answers) {
      if (activity !== undefined) known.set(node, activity);
    }
    return known;
  }

  async #ask(node: string): Promise<void> {
    const client = this.local.clientOf(node);
    let activity: NodeActivity | undefined;
    let keptMs = ASK_EVERY_MS;
    try {
      activity = await client.activity({ timeoutMs: ANSWER_MS });
    } catch (error) {
      // a node of another implementation
      if (isRemoteAnswer(error)) keptMs = UNKNOWN_MS;
    } finally {
      client.close();
    }
    this.#answers.set(node, { activity, until: performance.now() + keptMs });
  }
}
