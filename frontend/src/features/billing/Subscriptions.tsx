import { Badge, Button, Card, Group, Progress, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Blank } from '@/components/Blank';
import { ButtonLink, TextLink } from '@/components/links';
import { ProblemAlert } from '@/components/ProblemAlert';
import { api } from '@/lib/api/client';
import { count } from '@/lib/format';
import { money } from '@/lib/money';
import { Keys } from './Keys';
import { overviewQuery, type Subscription } from './queries';
import { Terms } from './Terms';

export function Subscriptions() {
  const found = useQuery(overviewQuery(false));
  if (found.isError) {
    return <ProblemAlert error={found.error} retry={() => void found.refetch()} />;
  }
  if (found.data === undefined) return <Skeleton height={200} radius="md" />;
  if (found.data.length === 0) {
    return (
      <Blank title="No subscriptions yet" text="Find an API, subscribe, and call it with your key.">
        <ButtonLink to="/marketplace">Open the marketplace</ButtonLink>
      </Blank>
    );
  }
  return (
    <Stack>
      {found.data.map((one) => (
        <One key={one.subscription_id} subscription={one} />
      ))}
    </Stack>
  );
}

function One({ subscription: one }: { subscription: Subscription }) {
  const [open, setOpen] = useState(false);
  const active = one.status === 'active';
  const used = one.monthly_calls ? Math.min(100, (100 * one.calls) / one.monthly_calls) : 0;
  return (
    <Card component="article">
      <Group justify="space-between">
        <Title order={2} size="h3">
          <TextLink to="/marketplace/$id" params={{ id: one.listing_id }} c="inherit">
            {one.title}
          </TextLink>
        </Title>
        <Badge color={active ? 'green' : 'gray'}>{active ? one.plan_name : 'Ended'}</Badge>
      </Group>
      {one.next_plan_name && (
        <Text size="sm" c="dimmed">
          {one.next_plan_name} from next month
        </Text>
      )}
      <Group justify="space-between" mt="sm" gap="xs">
        <Text size="sm" className="tabular">
          {count(one.calls)}
          {active && one.monthly_calls ? ` of ${count(one.monthly_calls)}` : ''} calls this month
        </Text>
        <Text size="sm" className="tabular">
          <strong>{money(one.month_cents, one.currency)}</strong> so far
          {one.spending_cap_cents !== null &&
            `, at most ${money(one.spending_cap_cents, one.currency)}`}
        </Text>
      </Group>
      {active && <Progress value={used} mt={6} aria-label="Share of this month’s calls" />}
      {active && (
        <Group mt="md">
          <Button variant="default" onClick={() => setOpen(!open)} aria-expanded={open}>
            Plan, cap and keys
          </Button>
          <Leave subscription={one} />
        </Group>
      )}
      {open && active && (
        <Stack mt="md">
          <Terms subscription={one} />
          <Keys subscription={one.subscription_id} />
        </Stack>
      )}
    </Card>
  );
}

function Leave({ subscription }: { subscription: Subscription }) {
  const [asked, setAsked] = useState(false);
  const queries = useQueryClient();
  const leave = useMutation({
    mutationFn: () =>
      api.DELETE('/api/v1/subscriptions/{subscription_id}', {
        params: { path: { subscription_id: subscription.subscription_id } },
      }),
    onSuccess: () => queries.invalidateQueries(),
  });
  if (leave.isError) return <ProblemAlert error={leave.error} />;
  if (!asked) {
    return (
      <Button variant="subtle" color="gray" onClick={() => setAsked(true)}>
        Cancel it
      </Button>
    );
  }
  return (
    <Group gap="xs">
      <Text size="sm">Its keys end now; this month is owed.</Text>
      <Button color="red" size="xs" loading={leave.isPending} onClick={() => leave.mutate()}>
        End it now
      </Button>
      <Button size="xs" variant="default" onClick={() => setAsked(false)}>
        Keep it
      </Button>
    </Group>
  );
}
