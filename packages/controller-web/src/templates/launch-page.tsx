import { PageSection } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { PageTitle } from '../parts/page-title.js';
import { Problem } from '../parts/problem.js';
import { Waiting } from '../parts/waiting.js';
import { LaunchForm } from './launch-form.js';
import { launchQuery, templateQuery } from './template-queries.js';

const route = getRouteApi('/shell/templates/$id/launch');

/** What will run, and the button that runs it. */
export function LaunchPage() {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const template = useQuery(templateQuery(id));
  const state = useQuery(launchQuery(id));
  const error = template.error ?? state.error;
  if (template.data === undefined || state.data === undefined)
    return <PageSection>{error === null ? <Waiting /> : <Problem error={error} />}</PageSection>;
  return (
    <>
      <PageSection>
        <PageTitle text={t('launch.title', { name: template.data.name })} />
      </PageSection>
      <PageSection isFilled>
        <LaunchForm template={template.data} state={state.data} />
      </PageSection>
    </>
  );
}
