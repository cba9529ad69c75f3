import { Button, Card, List, SimpleGrid, Text, Title } from '@mantine/core';
import { count } from '@/lib/format';
import { callPrice, money } from '@/lib/money';
import type { Plan } from './queries';

type Terms = Pick<
  Plan,
  | 'name'
  | 'description'
  | 'price_cents'
  | 'currency'
  | 'included_calls'
  | 'price_per_call'
  | 'monthly_quota'
  | 'requests_per_second'
  | 'burst'
>;

/** What each plan costs and gives; `choose` offers it. */
export function Plans<T extends Terms>(props: {
  plans: T[];
  choose?: (plan: T) => void;
  current?: (plan: T) => boolean;
}) {
  const { plans, choose, current } = props;
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, xl: 3 }}>
      {plans.map((plan) => (
        <Card key={plan.name} component="section" aria-label={`Plan ${plan.name}`}>
          <Title order={3}>{plan.name}</Title>
          <Text fz="1.625rem" fw={650} mt={4} className="tabular">
            {plan.price_cents === 0 ? 'Free' : money(plan.price_cents, plan.currency)}
            {plan.price_cents > 0 && (
              <Text span size="sm" c="dimmed" fw={400}>
                {' '}
                a month
              </Text>
            )}
          </Text>
          {plan.description !== '' && (
            <Text size="sm" c="dimmed">
              {plan.description}
            </Text>
          )}
          <List size="sm" spacing={4} mt="sm" mb="md">
            {terms(plan).map((line) => (
              <List.Item key={line}>{line}</List.Item>
            ))}
          </List>
          {choose !== undefined && (
            <Button
              mt="auto"
              fullWidth
              variant={current?.(plan) ? 'default' : 'filled'}
              disabled={current?.(plan) ?? false}
              onClick={() => choose(plan)}
            >
              {current?.(plan) ? 'Your plan' : `Subscribe to ${plan.name}`}
            </Button>
          )}
        </Card>
      ))}
    </SimpleGrid>
  );
}

function terms(plan: Terms): string[] {
  const included = plan.included_calls ?? plan.monthly_quota;
  return [
    `${count(included)} calls a month included`,
    ...(plan.price_per_call > 0
      ? [`${callPrice(plan.price_per_call, plan.currency)} for each further call`]
      : []),
    ...(included < plan.monthly_quota ? [`At most ${count(plan.monthly_quota)} calls`] : []),
    `${plan.requests_per_second} a second, ${plan.burst} at once`,
  ];
}
