import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ProblemAlert } from '@/components/ProblemAlert';
import { Section } from '@/components/Section';
import { done, failed } from '@/components/undo';
import { api as control, data } from '@/lib/api/client';
import type { Api } from '@/lib/queries';

/** What cannot be undone asks for the name; what can, does not ask. */
export function DangerZone({ api }: { api: Api }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [opened, { open, close }] = useDisclosure();
  const [typed, setTyped] = useState('');
  const path = { params: { path: { ref: api.slug } } };
  const reload = useMutation({
    mutationFn: () => data(control.POST('/api/v1/apis/{ref}/reload', path)),
    onSuccess: () => done('It is starting afresh, without a failed call.'),
    onError: failed,
  });
  const remove = useMutation({
    mutationFn: () => data(control.DELETE('/api/v1/apis/{ref}', path)),
    onSuccess: async () => {
      client.removeQueries({ queryKey: ['apis', api.slug] });
      await navigate({ to: '/apis' });
      done(`${api.name} is gone.`);
      await client.invalidateQueries({ queryKey: ['apis'] });
    },
  });
  return (
    <Section
      title="Danger zone"
      text="Starting afresh keeps everything. Deleting ends its keys at once and removes code and data; it cannot be undone."
    >
      <Group>
        <Button variant="default" loading={reload.isPending} onClick={() => reload.mutate()}>
          Start it afresh
        </Button>
        <Button color="red" variant="outline" onClick={open}>
          Delete it
        </Button>
      </Group>
      <Modal opened={opened} onClose={close} title={`Delete ${api.name}?`}>
        <Stack
          component="form"
          onSubmit={(event) => {
            event.preventDefault();
            if (typed === api.slug) remove.mutate();
          }}
        >
          <Text size="sm">
            Its callers get an error from this moment on. Code and data are removed.
          </Text>
          {remove.error !== null && <ProblemAlert error={remove.error} />}
          <TextInput
            label={`Type ${api.slug} to delete it`}
            data-autofocus
            autoComplete="off"
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <Button
            type="submit"
            color="red"
            disabled={typed !== api.slug}
            loading={remove.isPending}
          >
            Delete it for ever
          </Button>
        </Stack>
      </Modal>
    </Section>
  );
}
