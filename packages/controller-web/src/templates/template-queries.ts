import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { answered, api } from '../api/client.js';
import { PAGE_SIZE } from '../jobs/run-queries.js';
import type { ListSearch } from '../parts/list-search.js';

/** A page of the job templates. */
export const templatesQuery = ({ page = 1, name }: ListSearch) =>
  queryOptions({
    queryKey: ['templates', { page, name }],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const query = {
        page: String(page),
        page_size: String(PAGE_SIZE),
        order_by: 'name',
        ...(name === undefined ? {} : { name__icontains: name }),
      };
      return answered(api.GET('/api/v2/job_templates/', { params: { query }, signal }));
    },
  });

/** One job template. */
export const templateQuery = (id: string) =>
  queryOptions({
    queryKey: ['templates', id],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v2/job_templates/{id}/', { params: { path: { id } }, signal })),
  });

/** What a launch needs and may set. The document of the API says no more than that it is an object. */
export interface LaunchState {
  readonly inventory_needed_to_start: boolean;
  readonly passwords_needed_to_start: readonly string[];
  /** By name of the field, what the template has. */
  readonly defaults: Readonly<Record<string, unknown>> & {
    readonly credentials: readonly { readonly id: number; readonly name: string }[];
  };
  /** `ask_…_on_launch` */
  readonly [flag: string]: unknown;
}

/** What a launch of a template needs and may set. */
export const launchQuery = (id: string) =>
  queryOptions({
    queryKey: ['templates', id, 'launch'],
    queryFn: async ({ signal }) =>
      (await answered(
        api.GET('/api/v2/job_templates/{id}/launch/', { params: { path: { id } }, signal }),
      )) as unknown as LaunchState,
  });

/** A job template with all that is known of it. */
export type Template = Awaited<
  ReturnType<NonNullable<ReturnType<typeof templateQuery>['queryFn']>>
>;
