import { Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ProblemAlert } from '@/components/ProblemAlert';
import { ValueField } from '@/components/ValueField';
import { useApiRef } from '@/lib/apiRef';
import { keysQuery } from '@/lib/queries';
import { KeyTable } from './KeyTable';
import { NewKey } from './NewKey';

export function KeysPage() {
  const ref = useApiRef();
  const keys = useQuery(keysQuery(ref));
  const [opened, { open, close }] = useDisclosure();
  const [shown, setShown] = useState<string | null>(null);
  return (
    <Stack gap="lg">
      <Group justify="space-between">
        <div>
          <Title order={2}>Keys</Title>
          <Text size="sm" c="dimmed">
            Give each program a key of its own: one can be revoked without the others.
          </Text>
        </div>
        <Button leftSection={<IconPlus size={17} />} onClick={open}>
          New key
        </Button>
      </Group>
      {shown !== null && (
        <Card role="status">
          <ValueField label="New key" value={shown} />
          <Group justify="space-between" mt="sm">
            <Text size="sm" c="dimmed">
              Copy it now: it is not shown again.
            </Text>
            <Button size="xs" variant="default" onClick={() => setShown(null)}>
              I have it
            </Button>
          </Group>
        </Card>
      )}
      {keys.isError && <ProblemAlert error={keys.error} retry={() => void keys.refetch()} />}
      <Card p={0}>
        <KeyTable reference={ref} keys={keys.data} onNewKey={setShown} />
      </Card>
      <NewKey reference={ref} opened={opened} onClose={close} onNewKey={setShown} />
    </Stack>
  );
}
