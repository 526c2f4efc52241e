import { Label, PageSection, Progress, ProgressSize } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { answered, api } from '../api/client.js';
import { PAGE_SIZE } from '../jobs/run-queries.js';
import { ListPages } from '../parts/list-pages.js';
import type { ListSearch } from '../parts/list-search.js';
import { Moment } from '../parts/moment.js';
import { PageTitle } from '../parts/page-title.js';
import { Problem } from '../parts/problem.js';
import { Waiting } from '../parts/waiting.js';

const route = getRouteApi('/shell/instances');
/** Nodes are looked at by the controller every some seconds; nothing tells of them. */
const LOOK_EVERY_MS = 10_000;

const instancesQuery = ({ page = 1 }: ListSearch) =>
  queryOptions({
    queryKey: ['instances', { page }],
    placeholderData: keepPreviousData,
    refetchInterval: LOOK_EVERY_MS,
    queryFn: ({ signal }) => {
      const query = { page: String(page), page_size: String(PAGE_SIZE), order_by: 'hostname' };
      return answered(api.GET('/api/v2/instances/', { params: { query }, signal }));
    },
  });
type Instance = Awaited<
  ReturnType<NonNullable<ReturnType<typeof instancesQuery>['queryFn']>>
>['results'][number];

/** Nodes of the mesh: their states and how busy they are. */
export function InstancesPage() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(instancesQuery(search));
  const count = data?.count ?? 0;
  return (
    <>
      <PageSection>
        <PageTitle text={t('instances.title')} />
      </PageSection>
      <PageSection isFilled>
        {error !== null && <Problem error={error} retry={() => void refetch()} />}
        {data === undefined && error === null && <Waiting />}
        {data !== undefined && count === 0 && <p>{t('instances.nothing')}</p>}
        {data !== undefined && count > 0 && (
          <Table aria-label={t('instances.caption')} variant="compact">
            <Thead>
              <Tr>
                <Th>{t('instances.column.name')}</Th>
                <Th>{t('instances.column.type')}</Th>
                <Th>{t('instances.column.state')}</Th>
                <Th>{t('instances.column.capacity')}</Th>
                <Th>{t('instances.column.jobs')}</Th>
                <Th>{t('instances.column.seen')}</Th>
                <Th>{t('instances.column.errors')}</Th>
              </Tr>
            </Thead>
            <Tbody>
              {data.results.map((instance) => (
                <InstanceRow key={instance.id} instance={instance} />
              ))}
            </Tbody>
          </Table>
        )}
        <ListPages
          label={t('instances.pages')}
          count={count}
          page={search.page ?? 1}
          pageSize={PAGE_SIZE}
          onPage={(page) => void navigate({ search: { page } })}
        />
      </PageSection>
    </>
  );
}

const colours = { ready: 'green', unavailable: 'red' } as const;

function InstanceRow({ instance }: { instance: Instance }) {
  const { t } = useTranslation();
  const { hostname, node_type, node_state, enabled } = instance;
  const colour =
    node_state === 'ready' || node_state === 'unavailable' ? colours[node_state] : 'orange';
  return (
    <Tr>
      <Td dataLabel={t('instances.column.name')}>{hostname}</Td>
      <Td dataLabel={t('instances.column.type')}>{t(`instances.type.${node_type}`)}</Td>
      <Td dataLabel={t('instances.column.state')}>
        <Label color={colour} isCompact>
          {t(`instances.state.${node_state}`)}
        </Label>{' '}
        {!enabled && <Label isCompact>{t('instances.disabled')}</Label>}
      </Td>
      <Td dataLabel={t('instances.column.capacity')}>
        <Capacity instance={instance} />
      </Td>
      <Td dataLabel={t('instances.column.jobs')}>{instance.jobs_running}</Td>
      <Td dataLabel={t('instances.column.seen')}>
        <Moment at={instance.last_seen} />
      </Td>
      <Td dataLabel={t('instances.column.errors')}>
        {instance.errors === '' ? '–' : <span className="wrong">{instance.errors}</span>}
      </Td>
    </Tr>
  );
}

function Capacity({ instance }: { instance: Instance }) {
  const { t } = useTranslation();
  const { hostname, capacity, consumed_capacity: used } = instance;
  if (capacity === 0) return t('instances.noCapacity');
  return (
    <Progress
      className="capacity"
      aria-label={t('instances.usedOf', { name: hostname })}
      size={ProgressSize.sm}
      max={capacity}
      value={Math.min(used, capacity)}
      label={t('instances.used', { used, all: capacity })}
      valueText={t('instances.used', { used, all: capacity })}
    />
  );
}
