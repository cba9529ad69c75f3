import type { ReactNode } from 'react';
import { Button } from '@mantine/core';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { Blank } from '@/components/Blank';

/** A page that could not be shown; most often a newer version was deployed while it was open. */
export function RouteError({ error }: ErrorComponentProps): ReactNode {
  return (
    <Blank
      title="This page could not be shown"
      text={error instanceof Error ? error.message : 'Something of ours failed.'}
    >
      <Button onClick={() => location.reload()}>Load it again</Button>
    </Blank>
  );
}
