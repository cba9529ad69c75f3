import { Anchor, Badge, Card, Group, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { z } from 'zod/mini';
import { Blank } from '@/components/Blank';
import { ProblemAlert } from '@/components/ProblemAlert';
import { count } from '@/lib/format';
import { callPrice, money } from '@/lib/money';
import { useSession } from '@/lib/session';
import { type Invoice, invoicesQuery } from './queries';

const STATUS: Record<string, [string, string]> = {
  free_of_charge: ['green', 'Free of charge'],
  unpaid: ['yellow', 'Unpaid'],
  sent: ['yellow', 'To be paid'],
  paid: ['green', 'Paid'],
  failed: ['red', 'Payment failed'],
  void: ['gray', 'Void'],
};
const month = new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric', timeZone: 'UTC' });
const Lines = z.array(
  z.object({
    description: z.string(),
    quantity: z.number(),
    unit_price: z.number(),
    amount_cents: z.number(),
  }),
);

export function Invoices() {
  const found = useQuery(invoicesQuery);
  const me = useSession()?.user.id;
  if (found.isError) {
    return <ProblemAlert error={found.error} retry={() => void found.refetch()} />;
  }
  if (found.data === undefined) return <Skeleton height={200} radius="md" />;
  if (found.data.length === 0) {
    return (
      <Blank
        title="No invoices yet"
        text="When a month is over, what it came to is written down here."
      />
    );
  }
  return (
    <Stack>
      {found.data.map((one) => (
        <One key={one.id} invoice={one} received={one.maker_id === me} />
      ))}
    </Stack>
  );
}

function One({ invoice, received }: { invoice: Invoice; received: boolean }) {
  const [colour, words] = STATUS[invoice.status] ?? ['gray', invoice.status];
  const lines = Lines.safeParse(invoice.lines);
  const url = invoice.invoice_payments?.url;
  return (
    <Card component="article">
      <Group justify="space-between">
        <Title order={2} size="h3">
          {month.format(new Date(invoice.month))}: {invoice.title}
        </Title>
        <Badge color={colour}>{words}</Badge>
      </Group>
      <Text size="xs" c="dimmed">
        {invoice.number} · {count(invoice.calls)} calls{received ? ' · by a subscriber' : ''}
      </Text>
      <Table.ScrollContainer minWidth={320} mt="sm">
        <Table className="tabular">
          <Table.Tbody>
            {(lines.data ?? []).map((line) => (
              <Table.Tr key={line.description}>
                <Table.Td>{line.description}</Table.Td>
                <Table.Td ta="end">
                  {count(line.quantity)} × {callPrice(line.unit_price, invoice.currency)}
                </Table.Td>
                <Table.Td ta="end">{money(line.amount_cents, invoice.currency)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Group justify="space-between" mt="sm">
        <Text fw={650} className="tabular">
          {money(invoice.total_cents, invoice.currency)}
        </Text>
        {url?.startsWith('https://') && invoice.status !== 'paid' && (
          <Anchor href={url} target="_blank" rel="noopener noreferrer">
            Pay it
          </Anchor>
        )}
      </Group>
    </Card>
  );
}
