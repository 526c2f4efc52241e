import { Nav, NavItem, NavList, PageSidebar, PageSidebarBody } from '@patternfly/react-core';
import { Link, useLocation } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

const pages = ['jobs', 'templates', 'instances'] as const;

/** The main parts of the pages. */
export function Navigation({ isOpen, onChosen }: { isOpen: boolean; onChosen: () => void }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  return (
    <PageSidebar isSidebarOpen={isOpen} id="navigation">
      <PageSidebarBody>
        <Nav aria-label={t('menu.navigation')} onSelect={onChosen}>
          <NavList>
            {pages.map((page) => (
              <NavItem key={page} itemId={page} isActive={pathname.startsWith(`/${page}`)}>
                <Link to={`/${page}`} search={{}}>
                  {t(`nav.${page}`)}
                </Link>
              </NavItem>
            ))}
          </NavList>
        </Nav>
      </PageSidebarBody>
    </PageSidebar>
  );
}
