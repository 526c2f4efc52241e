import { EmptyState, EmptyStateBody } from '@patternfly/react-core';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../parts/button-link.js';

/** For addresses that no page has. */
export function NotFound() {
  const { t } = useTranslation();
  return (
    <EmptyState titleText={t('notFound')} headingLevel="h1">
      <EmptyStateBody>
        <ButtonLink variant="primary" to="/jobs" search={{}}>
          {t('toJobs')}
        </ButtonLink>
      </EmptyStateBody>
    </EmptyState>
  );
}
