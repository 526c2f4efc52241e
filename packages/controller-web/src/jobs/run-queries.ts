import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { answered, api } from '../api/client.js';
import type { JobsSearch } from './jobs-search.js';
import { runKinds, type RunType } from './run-kinds.js';

/** Rows of a page of a list. */
export const PAGE_SIZE = 20;

/** A page of all that has run, newest first. */
export const runsQuery = ({ page = 1, name, status, kind }: JobsSearch) =>
  queryOptions({
    queryKey: ['runs', 'list', { page, name, status, kind }],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const query = {
        page: String(page),
        page_size: String(PAGE_SIZE),
        order_by: '-id',
        ...(name === undefined ? {} : { name__icontains: name }),
        ...(status === undefined ? {} : { status }),
        ...(kind === undefined ? {} : { type: kind }),
      };
      return answered(api.GET('/api/v2/unified_jobs/', { params: { query }, signal }));
    },
  });

/** One that runs or ran. All types are asked like jobs: what the others lack is absent. */
export const runQuery = (type: RunType, id: string) =>
  queryOptions({
    queryKey: ['runs', 'one', id],
    queryFn: ({ signal }) =>
      answered(api.GET(`${runPath(type)}{id}/`, { params: { path: { id } }, signal })),
  });

/** Where a type is in the API, typed as that of jobs, whose form all have. */
export const runPath = (type: RunType): '/api/v2/jobs/' =>
  `/api/v2/${runKinds[type].path}/` as '/api/v2/jobs/';

/** A run as a list has it. */
export type RunRow = Awaited<
  ReturnType<NonNullable<ReturnType<typeof runsQuery>['queryFn']>>
>['results'][number];
/** A run with all that is known of it. */
export type Run = Awaited<ReturnType<NonNullable<ReturnType<typeof runQuery>['queryFn']>>>;

/** The name of something that a row refers to. */
export function nameOf(
  summaries: Readonly<Record<string, unknown>>,
  field: string,
): string | undefined {
  const found = summaries[field] as { readonly name?: string } | undefined;
  return found?.name;
}

/** Whether whoever is logged in may start such a thing. */
export const mayStart = (summaries: Readonly<Record<string, unknown>>): boolean =>
  (summaries['user_capabilities'] as { readonly start?: boolean } | undefined)?.start === true;
