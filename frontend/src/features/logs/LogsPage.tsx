import { Badge, Card, Group, SegmentedControl, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useApiRef } from '@/lib/apiRef';
import { type Filter, passes } from './lines';
import { LogList } from './LogList';
import { useLogs } from './useLogs';

const LEVELS = [
  { value: 'all', label: 'All' },
  { value: 'warning', label: 'Warnings' },
  { value: 'error', label: 'Errors' },
];

export function LogsPage() {
  const ref = useApiRef();
  const navigate = useNavigate({ from: '/apis/$ref/logs' });
  const { request = '' }: { request?: string } = useSearch({ strict: false });
  const [text, setText] = useState('');
  const [level, setLevel] = useState<Filter['level']>('all');
  const { lines, live, error } = useLogs(ref);
  const shown = lines.filter((line) => passes(line, { text, level, request }));
  const setRequest = (id: string) =>
    void navigate({ search: id === '' ? {} : { request: id }, replace: true });
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Title order={2}>Logs</Title>
        <Badge color={live ? 'green' : 'gray'}>{live ? 'live' : 'connecting'}</Badge>
      </Group>
      <Group align="end" gap="sm">
        <TextInput
          aria-label="Find in the logs"
          placeholder="Find"
          leftSection={<IconSearch size={16} />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <TextInput
          aria-label="Request id"
          placeholder="Request id"
          value={request}
          onChange={(event) => setRequest(event.currentTarget.value.trim())}
        />
        <SegmentedControl
          aria-label="Level"
          data={LEVELS}
          value={level}
          onChange={(value) => setLevel(value as Filter['level'])}
        />
      </Group>
      {error !== null && <ProblemAlert error={error} />}
      <Card p={0}>
        {shown.length === 0 ? (
          <Text c="dimmed" p="lg">
            {lines.length === 0
              ? 'Nothing was printed yet. What the code prints or logs appears here at once.'
              : 'No line passes these filters.'}
          </Text>
        ) : (
          <LogList lines={shown} onRequest={setRequest} />
        )}
      </Card>
    </Stack>
  );
}
