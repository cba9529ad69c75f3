import { Alert, Badge, Card, Group, SimpleGrid, Stack, Title } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Snippets } from '@/components/Snippets';
import { ButtonLink } from '@/components/links';
import { TestList } from '@/components/TestList';
import { TryIt } from '@/components/tryit/TryIt';
import { ValueField } from '@/components/ValueField';
import { CodeBlock } from '@/components/code/CodeBlock';
import { api, data } from '@/lib/api/client';
import { exampleCalls } from '@/lib/examples';
import type { Result as Made } from './useGeneration';

/** What one came for: the address, the key, a call that has worked, and what stands behind it. */
export function Result({ result }: { result: Made }) {
  const [worked, setWorked] = useState(false);
  const { slug, revision } = result;
  const made = useQuery({
    queryKey: ['apis', slug, 'revisions', revision],
    staleTime: Infinity,
    queryFn: () =>
      data(
        api.GET('/api/v1/apis/{ref}/revisions/{number}', {
          params: { path: { ref: slug, number: revision } },
        }),
      ),
  });
  const calls = useMemo(
    () => (made.data === undefined ? null : exampleCalls(made.data)),
    [made.data],
  );
  const key = result.api_key ?? '';
  return (
    <Stack gap="lg">
      <Card>
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
          <ValueField label="Address" value={result.endpoint_url} />
          <ValueField
            label="Key"
            value={key}
            note={
              <Badge color="yellow" leftSection={<IconKey size={13} />}>
                shown once
              </Badge>
            }
          />
        </SimpleGrid>
        <Alert color="yellow" variant="light" mt="md" py="xs">
          Copy the key now: only its start is kept. You can always make another one.
        </Alert>
        <Group mt="md">
          <ButtonLink to="/apis/$ref" params={{ ref: slug }}>
            Open {result.name}
          </ButtonLink>
        </Group>
      </Card>
      {calls !== null && calls[0] !== undefined && (
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
          <Card>
            <Group justify="space-between" mb="sm">
              <Title order={2}>Try it</Title>
              {worked && <Badge color="green">it works</Badge>}
            </Group>
            <TryIt
              url={result.endpoint_url}
              apiKey={key}
              calls={calls}
              atOnce
              onAnswer={(answer) => setWorked((was) => was || answer.status < 400)}
            />
          </Card>
          <Card>
            <Title order={2} mb="sm">
              Call it from anywhere
            </Title>
            <Snippets url={result.endpoint_url} apiKey={key} call={calls[0]} />
          </Card>
        </SimpleGrid>
      )}
      {made.data !== undefined && (
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
          <Card>
            <Title order={2} mb="sm">
              Code
            </Title>
            <CodeBlock text={made.data.source} label="Code" tall />
          </Card>
          <Card>
            <Title order={2} mb="sm">
              Tests
            </Title>
            <TestList checks={made.data.checks} />
          </Card>
        </SimpleGrid>
      )}
    </Stack>
  );
}
