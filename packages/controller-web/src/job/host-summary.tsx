import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answered, api } from '../api/client.js';
import { Problem } from '../parts/problem.js';
import { Waiting } from '../parts/waiting.js';

const MAX_SHOWN = 200;
const counts = ['ok', 'changed', 'failures', 'dark', 'skipped', 'rescued', 'ignored'] as const;

const hostsQuery = (id: string) =>
  queryOptions({
    queryKey: ['runs', 'one', id, 'hosts'],
    queryFn: ({ signal }) => {
      const query = { page_size: String(MAX_SHOWN), order_by: '-failed,host_name' };
      const params = { path: { id }, query };
      return answered(api.GET('/api/v2/jobs/{id}/job_host_summaries/', { params, signal }));
    },
  });

/** What became of each host of a job. */
export function HostSummary({ id }: { id: string }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(hostsQuery(id));
  if (error !== null) return <Problem error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Waiting />;
  const { results, count = results.length } = data;
  if (results.length === 0) return <p className="quiet">{t('hosts.none')}</p>;
  return (
    <>
      {count > results.length && (
        <p className="quiet">{t('hosts.first', { shown: results.length, count })}</p>
      )}
      <Table aria-label={t('hosts.caption')} variant="compact">
        <Thead>
          <Tr>
            <Th>{t('hosts.name')}</Th>
            {counts.map((name) => (
              <Th key={name}>{t(`hosts.${name}`)}</Th>
            ))}
          </Tr>
        </Thead>
        <Tbody>
          {results.map((host) => (
            <Tr key={host.id}>
              <Td dataLabel={t('hosts.name')}>{host.host_name}</Td>
              {counts.map((name) => (
                <Td
                  key={name}
                  dataLabel={t(`hosts.${name}`)}
                  className={host[name] > 0 ? `count-${name}` : 'quiet'}
                >
                  {host[name]}
                </Td>
              ))}
            </Tr>
          ))}
        </Tbody>
      </Table>
    </>
  );
}
