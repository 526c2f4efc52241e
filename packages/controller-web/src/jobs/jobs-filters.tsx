import { Button, FormSelect, FormSelectOption } from '@patternfly/react-core';
import { useTranslation } from 'react-i18next';
import { NameFilter } from '../parts/name-filter.js';
import type { JobsSearch } from './jobs-search.js';
import { isKind, runTypes } from './run-kinds.js';
import { isStatus, runStatuses } from './run-status.js';

/** What is shown of the jobs. */
export function JobsFilters({
  search,
  onChange,
}: {
  search: JobsSearch;
  onChange: (search: JobsSearch) => void;
}) {
  const { t } = useTranslation();
  const { page: _, ...filters } = search;
  const set = (name: keyof typeof filters, value: string | undefined): void => {
    const { [name]: _before, ...others } = filters;
    onChange(value === undefined || value === '' ? others : { ...others, [name]: value });
  };
  return (
    <div className="toolbar">
      <NameFilter
        label={t('jobs.search')}
        value={filters.name ?? ''}
        onChange={(value) => set('name', value)}
      />
      <FormSelect
        aria-label={t('jobs.status')}
        value={filters.status ?? ''}
        onChange={(_event, value) => set('status', isStatus(value) ? value : undefined)}
      >
        <FormSelectOption value="" label={`${t('jobs.status')}: ${t('jobs.all')}`} />
        {runStatuses.map((status) => (
          <FormSelectOption key={status} value={status} label={t(`status.${status}`)} />
        ))}
      </FormSelect>
      <FormSelect
        aria-label={t('jobs.kind')}
        value={filters.kind ?? ''}
        onChange={(_event, value) => set('kind', isKind(value) ? value : undefined)}
      >
        <FormSelectOption value="" label={`${t('jobs.kind')}: ${t('jobs.all')}`} />
        {runTypes.map((type) => (
          <FormSelectOption key={type} value={type} label={t(`kind.${type}`)} />
        ))}
      </FormSelect>
      {Object.keys(filters).length > 0 && (
        <Button variant="link" onClick={() => onChange({})}>
          {t('jobs.clear')}
        </Button>
      )}
    </div>
  );
}
