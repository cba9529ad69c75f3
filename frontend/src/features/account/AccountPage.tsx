import { Button, Card, PasswordInput, Progress, Skeleton, Stack, Table, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Page } from '@/components/Page';
import { ProblemAlert } from '@/components/ProblemAlert';
import { Section } from '@/components/Section';
import { done } from '@/components/undo';
import { count } from '@/lib/format';
import { useSession } from '@/lib/session';
import { supabase } from '@/lib/supabase';
import { accountQuery } from './queries';

export function AccountPage() {
  const session = useSession();
  return (
    <Page title="Account" lead={session?.user.email ?? ' '}>
      <Stack gap="lg">
        <Allowance />
        <Password />
      </Stack>
    </Page>
  );
}

/** What the plan allows, and how much of it is used. */
function Allowance() {
  const { data, error, refetch } = useQuery(accountQuery);
  if (error !== null && data === undefined) {
    return <ProblemAlert error={error} retry={() => void refetch()} />;
  }
  if (data === undefined) return <Skeleton height={260} />;
  const { plan, apis, generations } = data;
  const rows: [string, number, number][] = [
    ['APIs', apis, plan.max_apis],
    ['Generations today', generations, plan.generations_per_day],
  ];
  return (
    <Section title={`Plan: ${plan.name}`} text="What you may use, and what you have used of it.">
      <Table verticalSpacing="sm" className="tabular" maw="40rem">
        <Table.Tbody>
          {rows.map(([name, used, allowed]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" fw={500}>
                {name}
              </Table.Th>
              <Table.Td w="40%">
                <Progress
                  value={allowed === 0 ? 100 : Math.min(used / allowed, 1) * 100}
                  aria-label={name}
                />
              </Table.Td>
              <Table.Td ta="right">
                {used} of {allowed}
              </Table.Td>
            </Table.Tr>
          ))}
          <Table.Tr>
            <Table.Th scope="row" fw={500}>
              Calls of one API
            </Table.Th>
            <Table.Td colSpan={2} ta="right">
              {count(plan.monthly_quota)} a month, {plan.requests_per_second} a second
            </Table.Td>
          </Table.Tr>
        </Table.Tbody>
      </Table>
    </Section>
  );
}

const SHORTEST = 8;

function Password() {
  const [password, setPassword] = useState('');
  const { mutate, error, isPending } = useMutation({
    mutationFn: async () => {
      const { error: refused } = await supabase().auth.updateUser({ password });
      if (refused !== null) throw new Error(refused.message);
    },
    onSuccess: () => {
      setPassword('');
      done('The password is changed.');
    },
  });
  return (
    <Card
      component="form"
      onSubmit={(event) => {
        event.preventDefault();
        mutate();
      }}
    >
      <Stack maw="24rem">
        <PasswordInput
          label="New password"
          description="At least 8 characters."
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {error !== null && <Text c="red">{error.message}</Text>}
        <div>
          <Button
            type="submit"
            variant="default"
            disabled={password.length < SHORTEST}
            loading={isPending}
          >
            Change it
          </Button>
        </div>
      </Stack>
    </Card>
  );
}
