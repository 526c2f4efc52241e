import { Title } from '@patternfly/react-core';
import { useEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** The heading of a page: it names the tab of the browser, and whoever came to the page by a link begins to read here. */
export function PageTitle({ text, children }: { text: string; children?: ReactNode }) {
  const { t } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${text} · ${t('name')}`;
  }, [text, t]);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <Title headingLevel="h1" ref={heading} tabIndex={-1} className="page-title">
      {text}
      {children}
    </Title>
  );
}
