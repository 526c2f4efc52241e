import { useTranslation } from 'react-i18next';
import type { RunType } from '../jobs/run-kinds.js';
import { nameOf, type Run } from '../jobs/run-queries.js';
import { Facts } from '../parts/facts.js';
import { duration, Moment } from '../parts/moment.js';

/** What ran, where, when and for whom. */
export function JobFacts({ run, type }: { run: Run; type: RunType }) {
  const { t } = useTranslation();
  const { summary_fields: names } = run;
  // other types have no fields of their templates
  const { playbook = '', limit = '' } = run as Partial<Run>;
  const moment = (at: string | null) => at !== null && <Moment at={at} />;
  return (
    <Facts
      facts={[
        [t('job.kind'), t(`kind.${type}`)],
        [t('job.template'), nameOf(names, 'job_template')],
        [t('job.project'), nameOf(names, 'project')],
        [t('job.playbook'), playbook],
        [t('job.inventory'), nameOf(names, 'inventory')],
        [t('job.limit'), limit],
        [t('job.launchedBy'), (run.launched_by as { name?: string }).name],
        [t('job.node'), run.execution_node],
        [t('job.group'), nameOf(names, 'instance_group')],
        [t('job.controller'), run.controller_node],
        [t('job.created'), moment(run.created)],
        [t('job.started'), moment(run.started)],
        [t('job.finished'), moment(run.finished)],
        [t('job.elapsed'), run.finished !== null && duration(run.elapsed)],
        [t('job.explanation'), run.job_explanation],
      ]}
    />
  );
}
