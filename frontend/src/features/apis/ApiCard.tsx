import { Card, Group, Text, Title } from '@mantine/core';
import { StatusDot } from '@/components/StatusDot';
import { ago } from '@/lib/format';
import type { Api } from './queries';

export function ApiCard({ api }: { api: Api }) {
  return (
    <Card component="article">
      <Group justify="space-between" wrap="nowrap" align="start">
        <Title order={3} lineClamp={1}>
          {api.name}
        </Title>
        <StatusDot status={api.status} />
      </Group>
      <Text size="sm" c="dimmed" lineClamp={2} mt={6} mih="2.9em">
        {api.description || api.prompt}
      </Text>
      <Text size="xs" c="dimmed" mt="sm">
        changed {ago(api.updated_at)}
      </Text>
    </Card>
  );
}
