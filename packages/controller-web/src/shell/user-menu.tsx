import { Dropdown, DropdownItem, DropdownList, MenuToggle } from '@patternfly/react-core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { logout, meQuery } from '../api/session.js';

/** Who is logged in, and the way out. */
export function UserMenu({ name }: { name: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const end = async (): Promise<void> => {
    await logout();
    client.setQueryData(meQuery.queryKey, null);
  };
  return (
    <Dropdown
      isOpen={isOpen}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      popperProps={{ position: 'right' }}
      toggle={(ref) => (
        <MenuToggle
          ref={ref}
          isExpanded={isOpen}
          onClick={() => setOpen(!isOpen)}
          aria-label={t('menu.user', { name })}
        >
          {name}
        </MenuToggle>
      )}
    >
      <DropdownList>
        <DropdownItem onClick={() => void end()}>{t('menu.logout')}</DropdownItem>
      </DropdownList>
    </Dropdown>
  );
}
