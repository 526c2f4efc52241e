import {
  Masthead,
  MastheadBrand,
  MastheadContent,
  MastheadLogo,
  MastheadMain,
  MastheadToggle,
  PageToggleButton,
} from '@patternfly/react-core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ThemeButton } from './theme-button.js';
import { UserMenu } from './user-menu.js';

/** What stands above every page. */
export function Header({
  user,
  isNavigationOpen,
  onNavigation,
}: {
  user: string;
  isNavigationOpen: boolean;
  onNavigation: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Masthead>
      <MastheadMain>
        <MastheadToggle>
          <PageToggleButton
            isHamburgerButton
            aria-label={t('menu.open')}
            isSidebarOpen={isNavigationOpen}
            onSidebarToggle={onNavigation}
            id="navigation-toggle"
          />
        </MastheadToggle>
        <MastheadBrand>
          <MastheadLogo
            component={(props) => <Link {...props} to="/jobs" search={{}} aria-label={t('name')} />}
          >
            <img src="/icon.svg" alt="" className="brand-icon" />
            <span className="brand-name">{t('name')}</span>
          </MastheadLogo>
        </MastheadBrand>
      </MastheadMain>
      <MastheadContent>
        <div className="header-tools">
          <ThemeButton />
          <UserMenu name={user} />
        </div>
      </MastheadContent>
    </Masthead>
  );
}
