import type { EventSource } from './event-reader.js';

/** What runs, and its events; by the group of the WebSocket that follows them. */
export const eventSources: Readonly<Record<string, EventSource & { readonly list: string }>> = {
  job_events: { runs: 'jobs', events: 'job_events', by: 'job', list: 'job_events' },
  ad_hoc_command_events: {
    runs: 'ad_hoc_commands',
    events: 'ad_hoc_command_events',
    by: 'ad_hoc_command',
    list: 'events',
  },
  project_update_events: {
    runs: 'project_updates',
    events: 'project_update_events',
    by: 'project_update',
    list: 'events',
  },
  inventory_update_events: {
    runs: 'inventory_updates',
    events: 'inventory_update_events',
    by: 'inventory_update',
    list: 'events',
  },
};
