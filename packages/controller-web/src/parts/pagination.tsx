import { Pagination } from '@patternfly/react-core';

/** A list of several pages. */
export interface PagesOptions {
  readonly label: string;
  readonly count: number;
  readonly page: number;
  readonly pageSize: number;
  readonly onPage: (page: number) => void;
}

/** Which page of a list is shown, and the way to others. */
export function Pages({ label, count, page, pageSize, onPage }: PagesOptions) {
  return (
    <Pagination
      variant="bottom"
      itemCount={count}
      perPage={pageSize}
      perPageOptions={[]}
      page={page}
      onSetPage={(_event, next) => onPage(next)}
      titles={{ paginationAriaLabel: label }}
    />
  );
}
