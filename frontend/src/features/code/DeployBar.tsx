import { Button, Group, Select } from '@mantine/core';
import { IconRocket } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ProblemAlert } from '@/components/ProblemAlert';
import { done } from '@/components/undo';
import { api as control, data } from '@/lib/api/client';
import type { Api } from '@/lib/queries';

const SHARES = [
  { value: '0', label: 'all calls at once' },
  { value: '1', label: '1% of the calls first' },
  { value: '10', label: '10% of the calls first' },
  { value: '50', label: 'half of the calls first' },
];

interface DeployBarProps {
  api: Api;
  source: string;
  onDeployed: () => void;
  onDiscard: () => void;
}

/** What was changed by hand goes live, for all calls or for some first. */
export function DeployBar({ api, source, onDeployed, onDiscard }: DeployBarProps) {
  const client = useQueryClient();
  const [share, setShare] = useState(0);
  const { mutate, error, isPending } = useMutation({
    mutationFn: () =>
      data(
        control.POST('/api/v1/apis/{ref}/revisions', {
          params: { path: { ref: api.slug }, query: { wait: 30 } },
          body: {
            source,
            ...(share === 0 ? {} : { canary: { share, bake_seconds: 600, min_calls: 200 } }),
          },
        }),
      ),
    onSuccess: async (result) => {
      await client.invalidateQueries({ queryKey: ['apis'] });
      done(
        share === 0 ? `Revision ${result.revision} is live.` : 'The new revision is being tried.',
      );
      onDeployed();
    },
  });
  return (
    <>
      {error !== null && <ProblemAlert error={error} />}
      <Group mt="md" justify="space-between">
        <Button variant="default" onClick={onDiscard}>
          Discard
        </Button>
        <Group gap="xs">
          <Select
            aria-label="Who gets it"
            data={SHARES}
            value={String(share)}
            allowDeselect={false}
            onChange={(value) => setShare(Number(value))}
          />
          <Button
            leftSection={<IconRocket size={17} />}
            loading={isPending}
            onClick={() => mutate()}
          >
            Deploy
          </Button>
        </Group>
      </Group>
    </>
  );
}
