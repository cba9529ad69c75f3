import { Button, Card, Group, Loader, Text, Textarea } from '@mantine/core';
import { getHotkeyHandler } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ProblemAlert } from '@/components/ProblemAlert';
import { done } from '@/components/undo';
import type { Schemas } from '@/lib/api/client';
import { ask } from '@/lib/api/events';
import type { Api } from '@/lib/queries';

const STAGES: Record<string, string> = {
  plan: 'Reading what is there',
  tests: 'Writing what must hold',
  code: 'Changing the code',
  check: 'Checking it',
  run: 'Running every test',
  repair: 'Repairing it',
  deploy: 'Going live',
};

/** An edit by talking: say what should be different; it goes live once its tests pass. */
export function Talk({ api, onDeployed }: { api: Api; onDeployed: () => void }) {
  const client = useQueryClient();
  const [change, setChange] = useState('');
  const [stage, setStage] = useState('plan');
  const { mutate, error, isPending } = useMutation({
    mutationFn: () =>
      ask<Schemas['DeployResult']>(
        '/api/v1/generations',
        { prompt: change.trim(), api: api.slug },
        { stage: (event) => setStage(event.stage) },
        new AbortController().signal,
      ),
    onSuccess: async (result) => {
      await client.invalidateQueries({ queryKey: ['apis'] });
      setChange('');
      done(`Revision ${result.revision} is live.`);
      onDeployed();
    },
  });
  const submit = () => {
    if (change.trim() !== '' && !isPending) mutate();
  };
  return (
    <Card
      component="form"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Textarea
        label="What should be different?"
        placeholder="Add a priority from 1 to 5"
        autosize
        minRows={2}
        maxLength={4000}
        disabled={isPending}
        value={change}
        onChange={(event) => setChange(event.currentTarget.value)}
        onKeyDown={getHotkeyHandler([['mod+Enter', submit]])}
      />
      {error !== null && <ProblemAlert error={error} />}
      <Group justify="space-between" mt="sm">
        <Group gap="xs" role="status">
          {isPending && (
            <>
              <Loader size="xs" />
              <Text size="sm">{STAGES[stage] ?? 'At work'}…</Text>
            </>
          )}
        </Group>
        <Button type="submit" loading={isPending} disabled={change.trim() === ''}>
          Change it
        </Button>
      </Group>
    </Card>
  );
}
