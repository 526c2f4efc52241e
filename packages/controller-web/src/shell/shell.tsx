import { Alert, Page, SkipToContent } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { Outlet, useRouter } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { meQuery } from '../api/session.js';
import { useLiveJobs } from '../live/use-live-jobs.js';
import { Waiting } from '../parts/waiting.js';
import { Header } from './header.js';
import { Navigation } from './navigation.js';

const WIDE = '(min-width: 75rem)';
const MAIN = 'main-content';

/** What all pages have around them; the end of the session ends them. */
export function Shell() {
  const { data: me } = useQuery(meQuery);
  const router = useRouter();
  const isOver = me === null;
  useEffect(() => {
    if (isOver) void router.invalidate();
  }, [router, isOver]);
  return me ? <Frame user={me.username} /> : <Waiting />;
}

function Frame({ user }: { user: string }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(() => window.matchMedia(WIDE).matches);
  const isConnected = useLiveJobs();
  return (
    <Page
      mainContainerId={MAIN}
      skipToContent={<SkipToContent href={`#${MAIN}`}>{t('skip')}</SkipToContent>}
      masthead={
        <Header user={user} isNavigationOpen={isOpen} onNavigation={() => setOpen(!isOpen)} />
      }
      sidebar={
        <Navigation
          isOpen={isOpen}
          onChosen={() => {
            if (!window.matchMedia(WIDE).matches) setOpen(false);
          }}
        />
      }
    >
      <div role="status">
        {!isConnected && <Alert variant="warning" isInline title={t('connection.lost')} />}
      </div>
      <Outlet />
    </Page>
  );
}
