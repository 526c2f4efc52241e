import { Alert, AlertActionLink } from '@patternfly/react-core';
import { useTranslation } from 'react-i18next';

/** What went wrong, and a way to try again. */
export function Problem({ error, retry }: { error: Error; retry?: () => void }) {
  const { t } = useTranslation();
  return (
    <Alert
      variant="danger"
      isInline
      title={t('failed')}
      actionLinks={retry && <AlertActionLink onClick={retry}>{t('retry')}</AlertActionLink>}
    >
      {error.message}
    </Alert>
  );
}
