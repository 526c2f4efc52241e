/** References of a job, which its record has under the names of their columns. */
const jobReferences: ReadonlySet<string> = new Set([
  'inventory',
  'project',
  'execution_environment',
  'organization',
  'job_template',
  'created_by',
  'modified_by',
  'credential',
  'inventory_source',
]);

/** Fields as the record of a job has them. */
export const asColumns = (
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      jobReferences.has(name) ? `${name}_id` : name,
      value,
    ]),
  );
