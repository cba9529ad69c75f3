import { Card, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** A part of a settings page: what it is, why one would want it, and the thing itself. */
export function Section({
  title,
  text,
  children,
}: {
  title: string;
  text: ReactNode;
  children: ReactNode;
}) {
  return (
    <Card component="section" aria-label={title}>
      <Title order={2}>{title}</Title>
      <Text size="sm" c="dimmed" mt={4} mb="md" maw="44rem">
        {text}
      </Text>
      {children}
    </Card>
  );
}
