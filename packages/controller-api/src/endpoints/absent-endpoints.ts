import { API } from '../resources/presenter.js';
import type { Endpoint } from './endpoint.js';

/** What the command line asks the metadata of, whichever resource it works with, and for an export and an import: without an answer it gives up. */
const asked: Readonly<Record<string, string>> = {
  applications: 'OAuth 2 Application List',
  notification_templates: 'Notification Template List',
  schedules: 'Schedule List',
  system_job_templates: 'System Job Template List',
  teams: 'Team List',
  workflow_job_templates: 'Workflow Job Template List',
};

/** Names of the root map that have nothing behind them but the answer that it is so. */
export const absentNames: readonly string[] = Object.keys(asked);

/** Addresses that say what they do not do: OPTIONS is answered, with no actions and no roles, and nothing else is allowed. */
export const absentEndpoints = (): Endpoint[] =>
  Object.entries(asked).map(([path, name]) => ({
    path: `${API}/${path}/`,
    name,
    description: 'There are none here.',
    tag: path,
    metadata: { object_roles: [] },
    operations: {},
  }));
