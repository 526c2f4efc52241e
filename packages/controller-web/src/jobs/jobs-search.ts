import { listSearch, type ListSearch } from '../parts/list-search.js';
import { isKind, type RunType } from './run-kinds.js';
import { isStatus, type RunStatus } from './run-status.js';

/** What the list of jobs shows, as it stands in the address. */
export interface JobsSearch extends ListSearch {
  readonly status?: RunStatus;
  readonly kind?: RunType;
}

/** Reads an address; what makes no sense there is left out. */
export function jobsSearch(search: Record<string, unknown>): JobsSearch {
  const { status, kind } = search;
  return {
    ...listSearch(search),
    ...(isStatus(status) ? { status } : {}),
    ...(isKind(kind) ? { kind } : {}),
  };
}
