import type { JobChange } from '@receptorjs/controller-core';

/** A message for those who are in a group of the WebSocket. */
export interface GroupMessage {
  readonly group: string;
  readonly message: Readonly<Record<string, unknown>>;
}

/** What followers are told of a change, under the names that clients of AWX know. */
export function messagesOf(change: JobChange): readonly GroupMessage[] {
  const { kind, jobId, lastEventCounter } = change;
  if (kind === 'complete') {
    const message = {
      group_name: 'jobs',
      unified_job_id: jobId,
      final_counter: lastEventCounter,
    };
    return [{ group: 'jobs-summary', message }];
  }
  // a place on a node is no state that people look for
  if (change.status === 'waiting') return [];
  const status = statusMessage(change);
  const { type, inventoryId } = change;
  const isOfInventory = type === 'inventory_update' && inventoryId !== null;
  return [
    { group: 'jobs-status_changed', message: { group_name: 'jobs', ...status } },
    ...(isOfInventory
      ? [
          {
            group: 'inventories-status_changed',
            message: { group_name: 'inventories', ...status },
          },
        ]
      : []),
  ];
}

function statusMessage(change: JobChange): Record<string, unknown> {
  const { jobId, status, type, unifiedJobTemplateId, instanceGroup, finished } = change;
  const { projectId, inventoryId, inventorySourceId } = change;
  const hasEnded = ['successful', 'failed', 'error', 'canceled'].includes(status);
  return {
    unified_job_id: jobId,
    status,
    type,
    unified_job_template_id: unifiedJobTemplateId,
    ...(status === 'running' ? { instance_group_name: instanceGroup } : {}),
    ...(hasEnded ? { finished: finished?.toISOString() ?? null } : {}),
    ...(type === 'project_update' ? { project_id: projectId } : {}),
    ...(type === 'inventory_update'
      ? { inventory_id: inventoryId, inventory_source_id: inventorySourceId }
      : {}),
  };
}
