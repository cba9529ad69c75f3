import { Badge, Button, Card, Group, Table, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { failed } from '@/components/undo';
import { api, data } from '@/lib/api/client';
import { Problem } from '@/lib/api/problem';
import { count, milliseconds, share } from '@/lib/format';

/** A revision that is tried with some of the calls, beside the one that serves. */
export function Canary({ reference }: { reference: string }) {
  const client = useQueryClient();
  const queryKey = ['apis', reference, 'canary'];
  const path = { params: { path: { ref: reference } } };
  const { data: canary } = useQuery({
    queryKey,
    refetchInterval: 5_000,
    queryFn: () =>
      data(api.GET('/api/v1/apis/{ref}/canary', path)).catch((error: unknown) => {
        if (error instanceof Problem && error.status === 404) return null; // there never was one
        throw error;
      }),
  });
  const end = useMutation({
    mutationFn: (how: 'promote' | 'abort') =>
      data(api.POST(`/api/v1/apis/{ref}/canary/${how}`, path)),
    onSuccess: () => client.invalidateQueries({ queryKey: ['apis', reference] }),
    onError: failed,
  });
  if (canary == null || canary.ended_at !== null) return null;
  return (
    <Card>
      <Group justify="space-between" mb="sm">
        <Title order={2}>Revision {canary.revision} is being tried</Title>
        <Badge color="yellow">{canary.share}% of the calls</Badge>
      </Group>
      <Table className="tabular">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Revision</Table.Th>
            <Table.Th ta="right">Calls</Table.Th>
            <Table.Th ta="right">Errors</Table.Th>
            <Table.Th ta="right">p95</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {[canary.stable, canary.canary].map((arm) => (
            <Table.Tr key={arm.revision}>
              <Table.Td>{arm.revision}</Table.Td>
              <Table.Td ta="right">{count(arm.calls)}</Table.Td>
              <Table.Td ta="right">{share(arm.error_rate)}</Table.Td>
              <Table.Td ta="right">{milliseconds(arm.p95_ms)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="sm" c="dimmed" mt="sm">
        It is judged by {canary.min_calls} calls and {Math.round(canary.bake_seconds / 60)} minutes;
        if it does worse, it is taken back.
      </Text>
      <Group mt="sm">
        <Button onClick={() => end.mutate('promote')}>Give it all calls</Button>
        <Button variant="default" onClick={() => end.mutate('abort')}>
          Take it back
        </Button>
      </Group>
    </Card>
  );
}
