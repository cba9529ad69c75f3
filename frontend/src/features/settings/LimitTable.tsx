import { Table } from '@mantine/core';
import { Section } from '@/components/Section';
import { TextLink } from '@/components/links';
import { bytes, count } from '@/lib/format';
import type { Api } from '@/lib/queries';

const ROWS: [string, (limits: Api['limits']) => string][] = [
  ['Calls a second', (l) => `${l.requests_per_second}, ${l.burst} at once`],
  ['Calls a month', (l) => count(l.monthly_quota)],
  ['Calls in flight', (l) => String(l.max_concurrency)],
  ['Time for an answer', (l) => `${l.timeout_seconds} s`],
  ['Body of a request', (l) => bytes(l.request_body_bytes)],
  ['Body of an answer', (l) => bytes(l.response_body_bytes)],
  ['Memory', (l) => `${l.memory_mb} MiB`],
  ['Processor', (l) => `${l.cpu} cores`],
  ['Files', (l) => `${l.storage_mb} MiB`],
  ['Instances', (l) => `up to ${l.max_instances}`],
];

export function LimitTable({ limits }: { limits: Api['limits'] }) {
  return (
    <Section
      title="Limits"
      text={
        <>
          What this API may use. An answer that meets one says which. They come from your plan, see{' '}
          <TextLink to="/account" underline="always">
            your account
          </TextLink>
          .
        </>
      }
    >
      <Table maw="32rem" verticalSpacing="xs" className="tabular">
        <Table.Tbody>
          {ROWS.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" fw={500}>
                {name}
              </Table.Th>
              <Table.Td ta="right">{value(limits)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}
