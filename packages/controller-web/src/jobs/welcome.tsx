import {
  EmptyState,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
} from '@patternfly/react-core';
import { RocketIcon } from '@patternfly/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../parts/button-link.js';
import { templatesQuery } from '../templates/template-queries.js';

/** What to do first where nothing has run yet. */
export function Welcome() {
  const { t } = useTranslation();
  const { data } = useQuery(templatesQuery({}));
  const first = data?.results[0];
  return (
    <EmptyState titleText={t('welcome.title')} headingLevel="h2" icon={RocketIcon}>
      <EmptyStateBody>
        <p>{t('welcome.body')}</p>
        {data !== undefined && first === undefined && <p>{t('welcome.noTemplates')}</p>}
      </EmptyStateBody>
      {first !== undefined && (
        <EmptyStateFooter>
          <EmptyStateActions>
            <ButtonLink
              variant="primary"
              to="/templates/$id/launch"
              params={{ id: String(first.id) }}
            >
              {t('welcome.launch', { name: first.name })}
            </ButtonLink>
          </EmptyStateActions>
          <EmptyStateActions>
            <ButtonLink variant="link" to="/templates" search={{}}>
              {t('welcome.templates')}
            </ButtonLink>
          </EmptyStateActions>
        </EmptyStateFooter>
      )}
    </EmptyState>
  );
}
