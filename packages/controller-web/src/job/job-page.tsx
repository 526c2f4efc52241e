import { Flex, PageSection, Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { runQuery } from '../jobs/run-queries.js';
import { typeOfWord, type RunType } from '../jobs/run-kinds.js';
import { isActive } from '../jobs/run-status.js';
import { StatusLabel } from '../jobs/status-label.js';
import { OutputPanel } from '../output/output-panel.js';
import { PageTitle } from '../parts/page-title.js';
import { Problem } from '../parts/problem.js';
import { Waiting } from '../parts/waiting.js';
import { NotFound } from '../shell/not-found.js';
import { HostSummary } from './host-summary.js';
import { JobActions } from './job-actions.js';
import { JobFacts } from './job-facts.js';

const route = getRouteApi('/shell/jobs/$kind/$id');

/** One that runs or ran: its state, its output as it comes, its hosts. */
export function JobPage() {
  const { kind, id } = route.useParams();
  const type = typeOfWord(kind);
  if (type === undefined || !/^\d{1,10}$/.test(id)) return <NotFound />;
  // another job is another page: nothing of the one before is kept
  return <Job key={`${kind} ${id}`} type={type} id={id} />;
}

function Job({ type, id }: { type: RunType; id: string }) {
  const { t } = useTranslation();
  const [tab, setTab] = useState<string | number>('output');
  const { data: run, error, refetch } = useQuery(runQuery(type, id));
  if (run === undefined)
    return (
      <PageSection>
        {error === null ? <Waiting /> : <Problem error={error} retry={() => void refetch()} />}
      </PageSection>
    );
  return (
    <>
      <PageSection>
        <Flex
          justifyContent={{ default: 'justifyContentSpaceBetween' }}
          alignItems={{ default: 'alignItemsFlexStart' }}
        >
          <Flex alignItems={{ default: 'alignItemsCenter' }}>
            <PageTitle text={t('job.title', { id, name: run.name })} />
            <span role="status">
              <StatusLabel status={run.status} />
            </span>
          </Flex>
          <JobActions run={run} type={type} />
        </Flex>
      </PageSection>
      <PageSection isFilled>
        <Tabs
          activeKey={tab}
          onSelect={(_event, chosen) => setTab(chosen)}
          aria-label={t('job.title', { id, name: run.name })}
          mountOnEnter
        >
          <Tab eventKey="output" title={<TabTitleText>{t('job.output')}</TabTitleText>}>
            <div className="tab-content">
              <OutputPanel type={type} id={id} isActive={isActive(run.status)} />
            </div>
          </Tab>
          <Tab eventKey="facts" title={<TabTitleText>{t('job.facts')}</TabTitleText>}>
            <div className="tab-content">
              <JobFacts run={run} type={type} />
            </div>
          </Tab>
          {type === 'job' && (
            <Tab eventKey="hosts" title={<TabTitleText>{t('job.hosts')}</TabTitleText>}>
              <div className="tab-content">
                <HostSummary id={id} />
              </div>
            </Tab>
          )}
        </Tabs>
      </PageSection>
    </>
  );
}
