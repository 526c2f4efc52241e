import type { Criterion, ResourceStore, Row } from '@receptorjs/controller-core';
import { ApiError } from '../errors/api-error.js';
import { allOf } from '../query/criteria.js';
import { listQuery } from '../query/list-query.js';
import type { Presenter } from '../resources/presenter.js';
import type { Resource, Resources } from '../resources/resource.js';
import { visibleTo } from '../permissions/visible-rows.js';
import type { Call } from './endpoint.js';

/** A page of a list, as clients know it. */
export interface Page {
  readonly count?: number;
  readonly next?: string | null;
  readonly previous?: string | null;
  readonly results: readonly unknown[];
}

/** Answers lists: filters, order and page are those of the query. */
export class Lister {
  constructor(
    private readonly resources: Resources,
    private readonly store: ResourceStore,
    private readonly presenter: Presenter,
  ) {}

  /**
   * @param within what rows must meet besides the query
   * @param changeRow what becomes of a row before it is answered
   * @throws {ApiError} 400 for a filter, 404 for a page that is not there
   */
  async page(
    resource: Resource,
    within: readonly Criterion[],
    { query, request, user }: Call,
    changeRow: (row: Row) => Row = (row) => row,
  ): Promise<Page> {
    const asked = listQuery(query, resource, this.resources);
    const { order, page, pageSize, isCountDisabled } = asked;
    const criterion = allOf([asked.criterion, ...visibleTo(user, resource), ...within]);
    const offset = (page - 1) * pageSize;
    const rows = await this.store.list(resource.path, {
      criterion,
      order,
      limit: pageSize,
      offset,
    });
    const results = await this.presenter.list(resource, rows.map(changeRow), user);
    if (isCountDisabled) return { results };
    const count = await this.store.count(resource.path, criterion);
    if (rows.length === 0 && page > 1) throw ApiError.notFound('Invalid page.');
    const address = (to: number): string => {
      const parameters = new URLSearchParams(query);
      parameters.set('page', String(to));
      return `${request.url.split('?')[0] ?? ''}?${parameters.toString()}`;
    };
    return {
      count,
      next: offset + rows.length < count ? address(page + 1) : null,
      previous: page > 1 ? address(page - 1) : null,
      results,
    };
  }
}
