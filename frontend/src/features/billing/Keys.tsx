import { Button, Code, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ProblemAlert } from '@/components/ProblemAlert';
import { api, data } from '@/lib/api/client';
import { ago } from '@/lib/format';
import { keysQuery } from './queries';

/** Live keys of a subscription; a new one is shown once. */
export function Keys({ subscription }: { subscription: string }) {
  const keys = useQuery(keysQuery(subscription));
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: ['subscription-keys'] });
  const add = useMutation({
    mutationFn: () =>
      data(
        api.POST('/api/v1/subscriptions/{subscription_id}/keys', {
          params: { path: { subscription_id: subscription } },
          body: { name: 'another' },
        }),
      ),
    onSuccess: refresh,
  });
  const revoke = useMutation({
    mutationFn: (key_id: string) =>
      api.DELETE('/api/v1/keys/{key_id}', { params: { path: { key_id } } }),
    onSuccess: refresh,
  });
  return (
    <Stack gap="xs">
      {keys.isError && <ProblemAlert error={keys.error} />}
      {keys.data?.map((key) => (
        <Group key={key.id} justify="space-between">
          <Text size="sm">
            <Code>{key.key_start}…</Code> {key.name}, used{' '}
            {key.last_used_at === null ? 'never' : ago(key.last_used_at)}
          </Text>
          <Button size="xs" variant="default" onClick={() => revoke.mutate(key.id)}>
            Revoke
          </Button>
        </Group>
      ))}
      {add.isSuccess && (
        <div role="status">
          <Text size="sm">Shown this once:</Text>
          <Code block>{add.data.api_key}</Code>
        </div>
      )}
      {add.isError && <ProblemAlert error={add.error} />}
      {revoke.isError && <ProblemAlert error={revoke.error} />}
      <Group>
        <Button size="xs" variant="default" loading={add.isPending} onClick={() => add.mutate()}>
          Add a key
        </Button>
      </Group>
    </Stack>
  );
}
