import { PageSection } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ListPages } from '../parts/list-pages.js';
import { PageTitle } from '../parts/page-title.js';
import { Problem } from '../parts/problem.js';
import { Waiting } from '../parts/waiting.js';
import { JobsFilters } from './jobs-filters.js';
import { JobsTable } from './jobs-table.js';
import { PAGE_SIZE, runsQuery } from './run-queries.js';
import { Welcome } from './welcome.js';

const route = getRouteApi('/shell/jobs');

/** All that runs and ran. */
export function JobsPage() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(runsQuery(search));
  const count = data?.count ?? 0;
  const isFiltered = Object.keys(search).length > 0;
  return (
    <>
      <PageSection>
        <PageTitle text={t('jobs.title')} />
      </PageSection>
      <PageSection isFilled>
        {error !== null && <Problem error={error} retry={() => void refetch()} />}
        {data === undefined ? (
          error === null && <Waiting />
        ) : count === 0 && !isFiltered ? (
          <Welcome />
        ) : (
          <>
            <JobsFilters search={search} onChange={(next) => void navigate({ search: next })} />
            <p className="quiet" role="status">
              {count === 0 ? t('jobs.nothing') : t('jobs.total', { count })}
            </p>
            {count > 0 && <JobsTable runs={data.results} />}
            <ListPages
              label={t('jobs.pages')}
              count={count}
              page={search.page ?? 1}
              pageSize={PAGE_SIZE}
              onPage={(page) => void navigate({ search: { ...search, page } })}
            />
          </>
        )}
      </PageSection>
    </>
  );
}
