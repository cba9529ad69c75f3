import { Button, Group, NativeSelect, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ProblemAlert } from '@/components/ProblemAlert';
import { api, data, type Schemas } from '@/lib/api/client';
import { cents, money } from '@/lib/money';
import { plansQuery, type Subscription } from './queries';

/** Another plan, or another spending cap. */
export function Terms({ subscription }: { subscription: Subscription }) {
  const { subscription_id, spending_cap_cents: cap } = subscription;
  const [typed, setTyped] = useState(cap === null ? '' : (cap / 100).toFixed(2));
  const plans = useQuery(plansQuery(subscription.listing_id));
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: (body: Schemas['ChangeSubscription']) =>
      data(
        api.PATCH('/api/v1/subscriptions/{subscription_id}', {
          params: { path: { subscription_id } },
          body,
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['subscriptions'] }),
  });
  const amount = typed.trim() === '' ? null : cents(typed);
  const wrong = typed.trim() !== '' && amount === null;
  return (
    <div>
      <Group align="end">
        <NativeSelect
          label="Plan"
          value={subscription.plan_id}
          data={(plans.data ?? []).map((plan) => ({
            value: plan.id,
            label: `${plan.name}, ${money(plan.price_cents, plan.currency)}`,
          }))}
          onChange={({ currentTarget }) => change.mutate({ plan_id: currentTarget.value })}
        />
        <TextInput
          label="Spending cap a month"
          placeholder="no cap"
          inputMode="decimal"
          w="11rem"
          value={typed}
          error={wrong ? 'An amount such as 20' : null}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        />
        <Button
          variant="default"
          disabled={wrong || amount === cap}
          loading={change.isPending}
          onClick={() => change.mutate({ spending_cap_cents: amount })}
        >
          Set the cap
        </Button>
      </Group>
      <Text size="xs" c="dimmed" mt={6}>
        A dearer plan begins now, a cheaper one next month. At the cap, calls are refused with its
        name.
      </Text>
      {change.isError && <ProblemAlert error={change.error} />}
    </div>
  );
}
