import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { duration, Moment } from '../parts/moment.js';
import { isKind, runKinds } from './run-kinds.js';
import type { RunRow } from './run-queries.js';
import { StatusLabel } from './status-label.js';

/** Jobs, one a row. */
export function JobsTable({ runs }: { runs: readonly RunRow[] }) {
  const { t } = useTranslation();
  return (
    <Table aria-label={t('jobs.caption')} variant="compact">
      <Thead>
        <Tr>
          <Th>{t('jobs.column.id')}</Th>
          <Th>{t('jobs.column.name')}</Th>
          <Th>{t('jobs.column.status')}</Th>
          <Th>{t('jobs.column.kind')}</Th>
          <Th>{t('jobs.column.started')}</Th>
          <Th>{t('jobs.column.elapsed')}</Th>
          <Th>{t('jobs.column.node')}</Th>
        </Tr>
      </Thead>
      <Tbody>
        {runs.map((run) => (
          <JobRow key={run.id} run={run} />
        ))}
      </Tbody>
    </Table>
  );
}

function JobRow({ run }: { run: RunRow }) {
  const { t } = useTranslation();
  const type = isKind(run.type) ? run.type : 'job';
  return (
    <Tr>
      <Td dataLabel={t('jobs.column.id')}>{run.id}</Td>
      <Td dataLabel={t('jobs.column.name')}>
        <Link
          to="/jobs/$kind/$id"
          params={{ kind: runKinds[type].word, id: String(run.id) }}
          search={{}}
        >
          {run.name}
        </Link>
      </Td>
      <Td dataLabel={t('jobs.column.status')}>
        <StatusLabel status={run.status} />
      </Td>
      <Td dataLabel={t('jobs.column.kind')}>{t(`kind.${type}`)}</Td>
      <Td dataLabel={t('jobs.column.started')}>
        <Moment at={run.started} />
      </Td>
      <Td dataLabel={t('jobs.column.elapsed')}>
        {run.started === null ? '–' : duration(run.elapsed)}
      </Td>
      <Td dataLabel={t('jobs.column.node')}>
        {run.execution_node === '' ? '–' : run.execution_node}
      </Td>
    </Tr>
  );
}
