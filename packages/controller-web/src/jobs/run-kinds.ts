/** What runs, by the type that the API says: the word of it in addresses of pages, its place in the API, and the name of its list of events. */
export const runKinds = {
  job: { word: 'playbook', path: 'jobs', events: 'job_events', event: 'job_event' },
  project_update: {
    word: 'project',
    path: 'project_updates',
    events: 'events',
    event: 'project_update_event',
  },
  inventory_update: {
    word: 'inventory',
    path: 'inventory_updates',
    events: 'events',
    event: 'inventory_update_event',
  },
  ad_hoc_command: {
    word: 'command',
    path: 'ad_hoc_commands',
    events: 'events',
    event: 'ad_hoc_command_event',
  },
} as const;

/** A type of what runs. */
export type RunType = keyof typeof runKinds;
export const runTypes = Object.keys(runKinds) as RunType[];

export const isKind = (value: unknown): value is RunType =>
  typeof value === 'string' && Object.hasOwn(runKinds, value);

/** The type that a word in an address stands for. */
export const typeOfWord = (word: string): RunType | undefined =>
  runTypes.find((type) => runKinds[type].word === word);
