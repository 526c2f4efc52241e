import { PageSection } from '@patternfly/react-core';
import { useRouter, type ErrorComponentProps } from '@tanstack/react-router';
import { Problem } from '../parts/problem.js';

/** In place of a page that can not be shown. */
export function Broken({ error }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <PageSection>
      <Problem
        error={error instanceof Error ? error : new Error(String(error))}
        retry={() => void router.invalidate()}
      />
    </PageSection>
  );
}
