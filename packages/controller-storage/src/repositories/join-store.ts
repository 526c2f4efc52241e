import type {
  JoinStore,
  MeshAddress,
  TokenRefusal,
  TokenUse,
  UsedToken,
} from '@receptorjs/controller-core';
import { sql } from 'kysely';
import { jsonText } from '../schema/columns.js';
import { tell, type Executor } from './executor.js';

/** Machines that join, in the tables `join_tokens` and `receptor_addresses`. */
export class StoredJoins implements JoinStore {
  constructor(private readonly executor: Executor) {}

  async use(use: TokenUse): Promise<UsedToken | TokenRefusal> {
    const { digest, nodeId, nodeType, keyDigest, now } = use;
    // the row stays locked until the transaction has ended: a second machine waits, and finds it used
    const token = await this.executor
      .selectFrom('join_tokens')
      .selectAll()
      .where('digest', '=', digest)
      .forUpdate()
      .executeTakeFirst();
    if (token === undefined) return 'unknown';
    const isAgain =
      token.used !== null && token.key_digest === keyDigest && token.used_by === nodeId;
    if (token.used !== null && !isAgain) return 'used';
    if (token.expires <= now) return 'expired';
    if (token.node_type !== nodeType) return 'wrong-type';
    if (token.node_id !== '' && token.node_id !== nodeId) return 'wrong-node';
    const { id, peer_id: peerId, listener_host: host, listener_port: port } = token;
    if (!isAgain) {
      await this.executor
        .updateTable('join_tokens')
        .set({ used: now, used_by: nodeId, key_digest: keyDigest, modified: now })
        .where('id', '=', id)
        .execute();
    }
    const peer =
      peerId === null
        ? undefined
        : await this.executor
            .selectFrom('instances')
            .select('hostname')
            .where('id', '=', peerId)
            .executeTakeFirst();
    return {
      id,
      isAgain,
      nodeId: token.node_id,
      groupId: token.instance_group_id,
      peer: peer?.hostname ?? '',
      listener: port === null ? undefined : { host, port },
    };
  }

  async addToGroup(groupId: number, hostname: string): Promise<void> {
    const group = await this.executor
      .selectFrom('instance_groups')
      .select('policy_instance_list')
      .where('id', '=', groupId)
      .forNoKeyUpdate()
      .executeTakeFirst();
    if (group === undefined || group.policy_instance_list.includes(hostname)) return;
    await this.executor
      .updateTable('instance_groups')
      .set({
        policy_instance_list: jsonText([...group.policy_instance_list, hostname]),
        modified: sql`now()`,
      })
      .where('id', '=', groupId)
      .execute();
    await tell(this.executor, ['fleet', '']);
  }

  async setAddress(hostname: string, address: MeshAddress | undefined): Promise<void> {
    const node = this.executor
      .selectFrom('instances')
      .select('id')
      .where('hostname', '=', hostname);
    await this.executor
      .deleteFrom('receptor_addresses')
      .where((where) =>
        where.or([
          where('instance_id', 'in', node),
          ...(address === undefined
            ? []
            : [where.and([where('address', '=', address.host), where('port', '=', address.port)])]),
        ]),
      )
      .execute();
    if (address === undefined) return;
    const { host, port } = address;
    const { id } = await node.executeTakeFirstOrThrow();
    await this.executor
      .insertInto('receptor_addresses')
      // the canonical one follows the columns of the instance
      .values({ instance_id: id, address: host, port, protocol: 'tcp', canonical: false })
      .execute();
  }

  async addresses(hostname: string): Promise<readonly MeshAddress[]> {
    const rows = await this.executor
      .selectFrom('receptor_addresses as a')
      .innerJoin('instances as i', 'i.id', 'a.instance_id')
      .select(['a.address', 'a.port'])
      .where((where) =>
        hostname === ''
          ? where('i.node_type', 'in', ['control', 'hybrid'])
          : where('i.hostname', '=', hostname),
      )
      .where('a.protocol', '=', 'tcp')
      .orderBy('i.hostname')
      .orderBy('a.id')
      .execute();
    return rows.map(({ address, port }) => ({ host: address, port }));
  }
}
