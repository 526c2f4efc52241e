/** States of what runs, in their order. */
export const runStatuses = [
  'new',
  'pending',
  'waiting',
  'running',
  'successful',
  'failed',
  'error',
  'canceled',
] as const;
export type RunStatus = (typeof runStatuses)[number];

export const isStatus = (value: unknown): value is RunStatus =>
  runStatuses.some((status) => status === value);

/** Whether something in that state can still change. */
export const isActive = (status: RunStatus): boolean =>
  ['new', 'pending', 'waiting', 'running'].includes(status);
