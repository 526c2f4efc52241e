import { lazy, Suspense } from 'react';
import type { PagesOptions } from './pagination.js';

const Pages = lazy(async () => ({ default: (await import('./pagination.js')).Pages }));

/** The way to the other pages of a list, loaded where there are others. */
export function ListPages(options: PagesOptions) {
  if (options.count <= options.pageSize) return null;
  return (
    <Suspense>
      <Pages {...options} />
    </Suspense>
  );
}
