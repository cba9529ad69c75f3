import type { ReactNode } from 'react';
import { ButtonLink } from '@/components/links';
import { Blank } from '@/components/Blank';

export function NotFound(): ReactNode {
  return (
    <Blank
      title="There is nothing here"
      text="The address may be mistyped, or what it led to is gone."
    >
      <ButtonLink to="/apis">My APIs</ButtonLink>
    </Blank>
  );
}
