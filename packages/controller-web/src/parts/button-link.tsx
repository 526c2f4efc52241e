import { Button, type ButtonProps } from '@patternfly/react-core';
import { createLink } from '@tanstack/react-router';
import type { Ref } from 'react';

function AnchorButton({ ref, ...props }: ButtonProps & { ref?: Ref<HTMLButtonElement> }) {
  return <Button component="a" ref={ref} {...props} />;
}

/** A link to a page of ours that looks like a button. */
export const ButtonLink = createLink(AnchorButton);
