import { API } from '../resources/presenter.js';
import type { Endpoint } from './endpoint.js';

/** What the command line asks the metadata of, whichever resource it works with: without an answer it gives up. */
const asked: Readonly<Record<string, string>> = {
  teams: 'Team List',
  workflow_job_templates: 'Workflow Job Template List',
};

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
