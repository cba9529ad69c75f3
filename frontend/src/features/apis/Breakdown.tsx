import { Card, Group, SegmentedControl, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { count, milliseconds, share } from '@/lib/format';
import { metricsQuery, type Range, type SplitBy } from '@/lib/queries';

const BY = [
  { value: 'route', label: 'Route' },
  { value: 'key', label: 'Key' },
  { value: 'revision', label: 'Revision' },
];

/** Who calls what: the busiest first. */
export function Breakdown({ reference, range }: { reference: string; range: Range }) {
  const [by, setBy] = useState<SplitBy>('route');
  const { data } = useQuery(metricsQuery(reference, range, by));
  const groups = data?.by === by ? data.groups : [];
  return (
    <Card>
      <Group justify="space-between" mb="sm">
        <Title order={2}>Apart</Title>
        <SegmentedControl
          size="xs"
          aria-label="By what"
          data={BY}
          value={by}
          onChange={(value) => setBy(value as SplitBy)}
        />
      </Group>
      {groups.length === 0 ? (
        <Text c="dimmed" size="sm">
          No calls in this time. The page Try it makes one.
        </Text>
      ) : (
        <Table.ScrollContainer minWidth={320}>
          <Table className="tabular">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{BY.find((one) => one.value === by)?.label}</Table.Th>
                <Table.Th ta="right">Calls</Table.Th>
                <Table.Th ta="right">p95</Table.Th>
                <Table.Th ta="right">Errors</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {groups.map((group) => (
                <Table.Tr key={group.name}>
                  <Table.Td>
                    <Text size="sm" {...(by === 'route' ? { ff: 'monospace' } : {})}>
                      {by === 'revision'
                        ? `r${group.label}`
                        : group.label === ''
                          ? 'unnamed key'
                          : group.label}
                    </Text>
                  </Table.Td>
                  <Table.Td ta="right">{count(group.total.calls)}</Table.Td>
                  <Table.Td ta="right">{milliseconds(group.total.p95_ms)}</Table.Td>
                  <Table.Td ta="right">
                    {share(group.total.calls === 0 ? 0 : group.total.errors / group.total.calls)}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Card>
  );
}
