import { Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** A page or part with nothing to show, and what to do about it. */
export function Blank({
  title,
  text,
  children,
}: {
  title: string;
  text: string;
  children?: ReactNode;
}) {
  return (
    <Stack align="center" gap="sm" py="15vh" px="md" ta="center">
      <Title order={2}>{title}</Title>
      <Text c="dimmed" maw="26rem">
        {text}
      </Text>
      <div>{children}</div>
    </Stack>
  );
}
