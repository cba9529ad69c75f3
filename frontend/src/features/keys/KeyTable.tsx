import { ActionIcon, Badge, Group, Skeleton, Table, Text, Tooltip } from '@mantine/core';
import { IconRefresh, IconTrash } from '@tabler/icons-react';
import { ago, when } from '@/lib/format';
import type { Key } from '@/lib/queries';
import { useRevoke, useRotate } from './changes';

interface KeyTableProps {
  reference: string;
  keys: Key[] | undefined;
  onNewKey: (key: string) => void;
}

export function KeyTable({ reference, keys, onNewKey }: KeyTableProps) {
  const revoke = useRevoke(reference);
  const rotate = useRotate(reference, onNewKey);
  if (keys === undefined) return <Skeleton height={180} />;
  return (
    <Table.ScrollContainer minWidth={620}>
      <Table verticalSpacing="sm" horizontalSpacing="lg">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Begins with</Table.Th>
            <Table.Th>May</Table.Th>
            <Table.Th>Last used</Table.Th>
            <Table.Th>
              <Text span size="sm" fw={700}>
                Actions
              </Text>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {[...keys].reverse().map((key) => (
            <Table.Tr key={key.key_id} opacity={key.revoked_at === null ? 1 : 0.75}>
              <Table.Td>
                <Group gap="xs">
                  {key.name === '' ? 'unnamed' : key.name}
                  <State of={key} />
                </Group>
              </Table.Td>
              <Table.Td>
                <Text size="sm" ff="monospace">
                  {key.key_start}…
                </Text>
              </Table.Td>
              <Table.Td>{key.scopes.includes('call') ? 'everything' : 'read only'}</Table.Td>
              <Table.Td>{key.last_used_at === null ? 'never' : ago(key.last_used_at)}</Table.Td>
              <Table.Td>
                {key.revoked_at === null && (
                  <Group gap={2} wrap="nowrap">
                    <Tooltip label="Replace it: the old one works for an hour more">
                      <ActionIcon
                        aria-label={`Rotate ${key.key_start}`}
                        onClick={() => rotate.mutate(key)}
                      >
                        <IconRefresh size={17} stroke={1.7} />
                      </ActionIcon>
                    </Tooltip>
                    <Tooltip label="Revoke it">
                      <ActionIcon
                        color="red"
                        aria-label={`Revoke ${key.key_start}`}
                        onClick={() => revoke(key)}
                      >
                        <IconTrash size={17} stroke={1.7} />
                      </ActionIcon>
                    </Tooltip>
                  </Group>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function State({ of: key }: { of: Key }) {
  if (key.revoked_at !== null) return <Badge color="gray">revoked {ago(key.revoked_at)}</Badge>;
  if (key.expires_at !== null) return <Badge color="yellow">until {when(key.expires_at)}</Badge>;
  if (key.subscription_id !== null) return <Badge color="blue">subscriber</Badge>;
  return null;
}
