import { Card, Group, Skeleton, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Blank } from '@/components/Blank';
import { ButtonLink, TextLink } from '@/components/links';
import { ProblemAlert } from '@/components/ProblemAlert';
import { ago, count } from '@/lib/format';
import { money } from '@/lib/money';
import { overviewQuery } from './queries';

/** Who subscribed to one's listings, what they use and what it brings. */
export function Subscribers() {
  const found = useQuery(overviewQuery(true));
  if (found.isError) {
    return <ProblemAlert error={found.error} retry={() => void found.refetch()} />;
  }
  if (found.data === undefined) return <Skeleton height={200} radius="md" />;
  if (found.data.length === 0) {
    return (
      <Blank title="Nobody yet" text="List an API: whoever subscribes is shown here.">
        <ButtonLink to="/marketplace/publish">List an API</ButtonLink>
      </Blank>
    );
  }
  const active = found.data.filter(({ status }) => status === 'active');
  const totals = Map.groupBy(found.data, ({ currency }) => currency);
  return (
    <>
      <Card mb="lg">
        <Group gap="xl">
          <Figure name="Subscribers" value={count(active.length)} />
          <Figure
            name="Calls this month"
            value={count(found.data.reduce((sum, { calls }) => sum + calls, 0))}
          />
          {[...totals].map(([currency, of]) => (
            <Figure
              key={currency}
              name="Revenue this month, before fees"
              value={money(
                of.reduce((sum, { month_cents }) => sum + month_cents, 0),
                currency,
              )}
            />
          ))}
        </Group>
      </Card>
      <Table.ScrollContainer minWidth={640}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              {['Who', 'API', 'Plan', 'Calls', 'Errors', 'This month', 'Last call'].map((head) => (
                <Table.Th key={head}>{head}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody className="tabular">
            {found.data.map((one) => (
              <Table.Tr key={one.subscription_id}>
                <Table.Td>@{one.handle}</Table.Td>
                <Table.Td>
                  <TextLink to="/marketplace/$id" params={{ id: one.listing_id }}>
                    {one.title}
                  </TextLink>
                </Table.Td>
                <Table.Td>{one.status === 'active' ? one.plan_name : 'ended'}</Table.Td>
                <Table.Td>{count(one.calls)}</Table.Td>
                <Table.Td>{count(one.errors)}</Table.Td>
                <Table.Td>{money(one.month_cents, one.currency)}</Table.Td>
                <Table.Td>{ago(one.last_used_at)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <Text fz="1.5rem" fw={650} className="tabular">
        {value}
      </Text>
      <Text size="sm" c="dimmed">
        {name}
      </Text>
    </div>
  );
}
