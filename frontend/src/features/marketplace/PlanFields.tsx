import { ActionIcon, Card, Group, SimpleGrid, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import type { PlanDraft } from './draft';

const FIELDS: { name: keyof PlanDraft; label: string; hint: string }[] = [
  { name: 'price', label: 'Price a month, USD', hint: '0 is free' },
  { name: 'included', label: 'Calls included', hint: 'empty: all of them' },
  { name: 'perCall', label: 'Price of a further call', hint: 'such as 0.001' },
  { name: 'quota', label: 'Most calls a month', hint: 'never more than yours' },
  { name: 'rate', label: 'Calls a second', hint: 'never more than yours' },
];

export function PlanFields(props: {
  plan: PlanDraft;
  number: number;
  change: (plan: PlanDraft) => void;
  remove: (() => void) | undefined;
}) {
  const { plan, number, change, remove } = props;
  return (
    <Card padding="md" component="fieldset">
      <Group align="end" wrap="nowrap" mb="sm">
        <TextInput
          flex={1}
          label={`Name of plan ${number}`}
          maxLength={64}
          value={plan.name}
          onChange={({ currentTarget }) => change({ ...plan, name: currentTarget.value })}
        />
        {remove !== undefined && (
          <ActionIcon size="lg" onClick={remove} aria-label={`Remove plan ${number}`}>
            <IconTrash size={18} stroke={1.7} />
          </ActionIcon>
        )}
      </Group>
      <SimpleGrid cols={{ base: 2, sm: 3 }} spacing="sm">
        {FIELDS.map(({ name, label, hint }) => (
          <TextInput
            key={name}
            inputMode="decimal"
            label={label}
            placeholder={hint}
            value={plan[name]}
            onChange={({ currentTarget }) => change({ ...plan, [name]: currentTarget.value })}
          />
        ))}
      </SimpleGrid>
    </Card>
  );
}
