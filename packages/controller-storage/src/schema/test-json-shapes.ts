/** What columns of jsonb hold, by table and column; others hold any JSON object. The generator of the types reads it. */
export const jsonShapes: Readonly<Record<string, string>> = {
  'instance_groups.policy_instance_list': 'readonly string[]',
  'projects.playbook_files': 'readonly string[]',
  'projects.inventory_files': 'readonly string[]',
  'unified_jobs.preferred_instance_groups': 'readonly number[]',
  'unified_jobs.job_env': 'Readonly<Record<string, string>>',
  'unified_jobs.host_status_counts': 'Readonly<Record<string, number>>',
  'settings.value': 'Json',
};
