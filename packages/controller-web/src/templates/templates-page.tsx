import { PageSection } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { mayStart, nameOf, PAGE_SIZE } from '../jobs/run-queries.js';
import { ButtonLink } from '../parts/button-link.js';
import { ListPages } from '../parts/list-pages.js';
import { NameFilter } from '../parts/name-filter.js';
import { PageTitle } from '../parts/page-title.js';
import { Problem } from '../parts/problem.js';
import { Waiting } from '../parts/waiting.js';
import { templatesQuery } from './template-queries.js';

const route = getRouteApi('/shell/templates');

/** What can be launched. */
export function TemplatesPage() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(templatesQuery(search));
  const count = data?.count ?? 0;
  return (
    <>
      <PageSection>
        <PageTitle text={t('templates.title')} />
      </PageSection>
      <PageSection isFilled>
        <div className="toolbar">
          <NameFilter
            label={t('templates.search')}
            value={search.name ?? ''}
            onChange={(name) => void navigate({ search: name === '' ? {} : { name } })}
          />
        </div>
        {error !== null && <Problem error={error} retry={() => void refetch()} />}
        {data === undefined && error === null && <Waiting />}
        {data !== undefined && count === 0 && (
          <p>{search.name === undefined ? t('welcome.noTemplates') : t('templates.nothing')}</p>
        )}
        {data !== undefined && count > 0 && (
          <Table aria-label={t('templates.caption')} variant="compact">
            <Thead>
              <Tr>
                <Th>{t('templates.column.name')}</Th>
                <Th>{t('templates.column.project')}</Th>
                <Th>{t('templates.column.playbook')}</Th>
                <Th>{t('templates.column.inventory')}</Th>
                <Th screenReaderText={t('templates.launch')} />
              </Tr>
            </Thead>
            <Tbody>
              {data.results.map(({ id, name, playbook, summary_fields }) => (
                <Tr key={id}>
                  <Td dataLabel={t('templates.column.name')}>{name}</Td>
                  <Td dataLabel={t('templates.column.project')}>
                    {nameOf(summary_fields, 'project') ?? '–'}
                  </Td>
                  <Td dataLabel={t('templates.column.playbook')}>{playbook}</Td>
                  <Td dataLabel={t('templates.column.inventory')}>
                    {nameOf(summary_fields, 'inventory') ?? '–'}
                  </Td>
                  <Td isActionCell>
                    {mayStart(summary_fields) && (
                      <ButtonLink
                        variant="secondary"
                        size="sm"
                        to="/templates/$id/launch"
                        params={{ id: String(id) }}
                        aria-label={t('templates.launchNamed', { name })}
                      >
                        {t('templates.launch')}
                      </ButtonLink>
                    )}
                  </Td>
                </Tr>
              ))}
            </Tbody>
          </Table>
        )}
        <ListPages
          label={t('templates.pages')}
          count={count}
          page={search.page ?? 1}
          pageSize={PAGE_SIZE}
          onPage={(page) => void navigate({ search: { ...search, page } })}
        />
      </PageSection>
    </>
  );
}
