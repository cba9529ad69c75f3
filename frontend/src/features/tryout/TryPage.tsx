import { Button, Card, Group, PasswordInput, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useState } from 'react';
import { ProblemAlert } from '@/components/ProblemAlert';
import { Snippets } from '@/components/Snippets';
import { TryIt } from '@/components/tryit/TryIt';
import { api as control, data } from '@/lib/api/client';
import { useApiRef } from '@/lib/apiRef';
import { exampleCalls } from '@/lib/examples';
import { keyring } from '@/lib/keyring';
import { type Api, apiQuery, revisionQuery } from '@/lib/queries';

const Reference = lazy(async () => ({ default: (await import('./Reference')).Reference }));
const HOUR = 3_600_000;

export function TryPage() {
  const { data: api } = useQuery(apiQuery(useApiRef()));
  if (api === undefined) return <Skeleton height={300} />;
  if (api.revision === null)
    return <Text c="dimmed">It has never served: there is nothing to try yet.</Text>;
  return <Tried key={api.api_id} api={api} revision={api.revision} />;
}

function Tried({ api, revision }: { api: Api; revision: number }) {
  const [key, setKey] = useState(keyring.get(api.api_id));
  const { data: made } = useQuery(revisionQuery(api.slug, revision));
  const calls = useMemo(() => (made === undefined ? null : exampleCalls(made)), [made]);
  const take = (taken: string) => {
    keyring.keep(api.api_id, taken);
    setKey(taken);
  };
  if (key === null) return <TakeKey api={api} onKey={take} />;
  if (calls?.[0] === undefined) return <Skeleton height={300} />;
  return (
    <Stack gap="lg">
      <Card>
        <Title order={2} mb="sm">
          A call
        </Title>
        <TryIt url={api.endpoint_url} apiKey={key} calls={calls} />
      </Card>
      <Card>
        <Title order={2} mb="sm">
          From anywhere
        </Title>
        <Snippets url={api.endpoint_url} apiKey={key} call={calls[0]} />
      </Card>
      {made?.openapi != null && (
        <Suspense fallback={<Skeleton height={500} />}>
          <Reference document={made.openapi} url={api.endpoint_url} apiKey={key} />
        </Suspense>
      )}
    </Stack>
  );
}

/** Calls need a key, and those that there are were shown once: one for this page is made. */
function TakeKey({ api, onKey }: { api: Api; onKey: (key: string) => void }) {
  const [own, setOwn] = useState('');
  const { mutate, error, isPending } = useMutation({
    mutationFn: () =>
      data(
        control.POST('/api/v1/apis/{ref}/keys', {
          params: { path: { ref: api.slug } },
          body: {
            name: 'Try it',
            scopes: ['call'],
            expires_at: new Date(Date.now() + HOUR).toISOString(),
          },
        }),
      ),
    onSuccess: (made) => onKey(made.api_key),
  });
  return (
    <Card maw="34rem">
      <Title order={2}>Calls need a key</Title>
      <Text c="dimmed" mt={4} mb="md">
        It stays in this tab’s memory and counts towards your quota.
      </Text>
      {error !== null && <ProblemAlert error={error} />}
      <Button onClick={() => mutate()} loading={isPending}>
        Use one that ends in an hour
      </Button>
      <Group
        component="form"
        align="end"
        mt="lg"
        onSubmit={(event) => {
          event.preventDefault();
          if (own.trim() !== '') onKey(own.trim());
        }}
      >
        <PasswordInput
          label="Or paste one that you have"
          placeholder="ak_live_…"
          autoComplete="off"
          flex={1}
          value={own}
          onChange={(event) => setOwn(event.currentTarget.value)}
        />
        <Button type="submit" variant="default">
          Use it
        </Button>
      </Group>
    </Card>
  );
}
