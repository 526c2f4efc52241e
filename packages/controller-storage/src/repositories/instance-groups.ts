import { groupMembers } from '@receptorjs/controller-core';
import { inTransaction, tell, type Executor } from './executor.js';

/** Works out who is in which instance group, and writes what differs. */
export function recomputeGroups(executor: Executor): Promise<void> {
  return inTransaction(executor, async (transaction) => {
    const groups = await transaction
      .selectFrom('instance_groups')
      .selectAll()
      .orderBy('id')
      .forNoKeyUpdate()
      .execute();
    const instances = await transaction
      .selectFrom('instances')
      .select(['id', 'hostname', 'node_type', 'managed_by_policy'])
      .where('approved', '=', true)
      .orderBy('id')
      .execute();
    const members = groupMembers(
      instances.map(({ hostname, node_type, managed_by_policy }) => ({
        hostname,
        nodeType: node_type,
        managedByPolicy: managed_by_policy,
      })),
      groups.map((group) => ({
        name: group.name,
        isContainerGroup: group.is_container_group,
        percentage: group.policy_instance_percentage,
        minimum: group.policy_instance_minimum,
        list: group.policy_instance_list,
      })),
    );
    const idOf = new Map(instances.map(({ hostname, id }) => [hostname, id]));
    const wanted = new Set<string>();
    for (const { id, name } of groups) {
      for (const hostname of members.get(name) ?? [])
        wanted.add(`${id} ${idOf.get(hostname) ?? ''}`);
    }
    const present = await transaction
      .selectFrom('instance_group_instances')
      .select(['instance_group_id', 'instance_id'])
      .execute();
    const kept = new Set<string>();
    for (const { instance_group_id, instance_id } of present) {
      const pair = `${instance_group_id} ${instance_id}`;
      if (wanted.has(pair)) {
        kept.add(pair);
        continue;
      }
      await transaction
        .deleteFrom('instance_group_instances')
        .where('instance_group_id', '=', instance_group_id)
        .where('instance_id', '=', instance_id)
        .execute();
    }
    const added = [...wanted]
      .filter((pair) => !kept.has(pair))
      .map((pair) => pair.split(' ').map(Number))
      .map(([instance_group_id = 0, instance_id = 0]) => ({ instance_group_id, instance_id }));
    if (added.length > 0) {
      await transaction.insertInto('instance_group_instances').values(added).execute();
    }
    if (added.length > 0 || kept.size < present.length)
      await tell(transaction, ['job_pending', '']);
  });
}
