import { ActionIcon, Button, Group, PasswordInput, Table, Text, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ProblemAlert } from '@/components/ProblemAlert';
import { Section } from '@/components/Section';
import { done, failed, undoable } from '@/components/undo';
import { api, data } from '@/lib/api/client';
import { ago } from '@/lib/format';
import { secretsQuery } from '@/lib/queries';

export function Secrets({ reference }: { reference: string }) {
  const client = useQueryClient();
  const { queryKey } = secretsQuery(reference);
  const { data: secrets } = useQuery(secretsQuery(reference));
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  const set = useMutation({
    mutationFn: () =>
      data(
        api.PUT('/api/v1/apis/{ref}/secrets/{name}', {
          params: { path: { ref: reference, name } },
          body: { value },
        }),
      ),
    onSuccess: () => {
      done(`${name} is set. The API is starting afresh with it.`);
      setName('');
      setValue('');
      return client.invalidateQueries({ queryKey });
    },
  });
  const remove = useMutation({
    mutationFn: (gone: string) =>
      data(
        api.DELETE('/api/v1/apis/{ref}/secrets/{name}', {
          params: { path: { ref: reference, name: gone } },
        }),
      ),
    onError: failed,
    onSettled: () => client.invalidateQueries({ queryKey }),
  });
  const discard = (gone: string) => {
    const before = secrets;
    client.setQueryData(queryKey, (all) => all?.filter((one) => one.name !== gone));
    undoable(
      `${gone} is being deleted.`,
      () => remove.mutate(gone),
      () => client.setQueryData(queryKey, before),
    );
  };
  return (
    <Section
      title="Secrets"
      text="Environment variables of the code, such as the key of another service. Nobody can read them back, you neither."
    >
      {secrets !== undefined && secrets.length > 0 && (
        <Table mb="md" verticalSpacing="xs">
          <Table.Tbody>
            {secrets.map((secret) => (
              <Table.Tr key={secret.name}>
                <Table.Td>
                  <Text size="sm" ff="monospace">
                    {secret.name}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <Text size="sm" c="dimmed">
                    set {ago(secret.updated_at)}
                  </Text>
                </Table.Td>
                <Table.Td ta="right">
                  <ActionIcon
                    color="red"
                    aria-label={`Delete ${secret.name}`}
                    onClick={() => discard(secret.name)}
                  >
                    <IconTrash size={17} stroke={1.7} />
                  </ActionIcon>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {set.error !== null && <ProblemAlert error={set.error} />}
      <Group
        component="form"
        align="end"
        mt="sm"
        onSubmit={(event) => {
          event.preventDefault();
          set.mutate();
        }}
      >
        <TextInput
          label="Name"
          placeholder="WEATHER_KEY"
          required
          pattern="[A-Z_][A-Z0-9_]*"
          title="Capital letters, digits and underscores"
          value={name}
          onChange={(event) =>
            setName(event.currentTarget.value.toUpperCase().replaceAll(/[^A-Z0-9_]/g, '_'))
          }
        />
        <PasswordInput
          label="Value"
          required
          autoComplete="off"
          flex={1}
          miw={180}
          value={value}
          onChange={(event) => setValue(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" loading={set.isPending}>
          Set it
        </Button>
      </Group>
    </Section>
  );
}
