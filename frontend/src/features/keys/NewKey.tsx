import {
  Button,
  Modal,
  NumberInput,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ProblemAlert } from '@/components/ProblemAlert';
import { api, data } from '@/lib/api/client';
import { keysQuery } from '@/lib/queries';

interface NewKeyProps {
  reference: string;
  opened: boolean;
  onClose: () => void;
  onNewKey: (key: string) => void;
}

const DAY = 86_400_000;
const ENDS = [
  { value: '0', label: 'never' },
  { value: '1', label: 'in a day' },
  { value: '30', label: 'in 30 days' },
  { value: '365', label: 'in a year' },
];

export function NewKey({ reference, opened, onClose, onNewKey }: NewKeyProps) {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [scope, setScope] = useState<'call' | 'read'>('call');
  const [days, setDays] = useState(0);
  const [rate, setRate] = useState<number | null>(null);
  const { mutate, error, isPending } = useMutation({
    mutationFn: () =>
      data(
        api.POST('/api/v1/apis/{ref}/keys', {
          params: { path: { ref: reference } },
          body: {
            name: name.trim(),
            scopes: [scope],
            requests_per_second: rate,
            expires_at: days === 0 ? null : new Date(Date.now() + days * DAY).toISOString(),
          },
        }),
      ),
    onSuccess: (made) => {
      onNewKey(made.api_key);
      setName('');
      onClose();
      return client.invalidateQueries({ queryKey: keysQuery(reference).queryKey });
    },
  });
  return (
    <Modal opened={opened} onClose={onClose} title="New key">
      <Stack
        component="form"
        onSubmit={(event) => {
          event.preventDefault();
          mutate();
        }}
      >
        <TextInput
          label="Name"
          description="What it is for, so that you know it again."
          placeholder="Website"
          maxLength={100}
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <div>
          <Text size="sm" fw={500} mb={4} id="scope">
            It may
          </Text>
          <SegmentedControl
            fullWidth
            aria-labelledby="scope"
            value={scope}
            onChange={(value) => setScope(value)}
            data={[
              { value: 'call', label: 'do everything' },
              { value: 'read', label: 'only read' },
            ]}
          />
        </div>
        <Select
          label="It ends"
          data={ENDS}
          value={String(days)}
          allowDeselect={false}
          onChange={(value) => setDays(Number(value))}
        />
        <NumberInput
          label="At most, in calls a second"
          placeholder="as the plan allows"
          min={1}
          value={rate ?? ''}
          onChange={(value) => setRate(typeof value === 'number' ? value : null)}
        />
        {error !== null && <ProblemAlert error={error} />}
        <Button type="submit" loading={isPending}>
          Create it
        </Button>
      </Stack>
    </Modal>
  );
}
