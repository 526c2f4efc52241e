import { Button } from '@patternfly/react-core';
import { MoonIcon, SunIcon } from '@patternfly/react-icons';
import { useTranslation } from 'react-i18next';
import { useTheme } from './theme.js';

/** Switches between light and dark. */
export function ThemeButton() {
  const { t } = useTranslation();
  const [theme, choose] = useTheme();
  const isDark = theme === 'dark';
  return (
    <Button
      variant="plain"
      icon={isDark ? <SunIcon /> : <MoonIcon />}
      aria-label={isDark ? t('theme.toLight') : t('theme.toDark')}
      onClick={() => choose(isDark ? 'light' : 'dark')}
    />
  );
}
