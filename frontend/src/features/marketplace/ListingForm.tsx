import {
  Button,
  Card,
  Group,
  NativeSelect,
  SimpleGrid,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Markdown } from '@/components/Markdown';
import { ProblemAlert } from '@/components/ProblemAlert';
import { api, data } from '@/lib/api/client';
import { bodyOf, type Draft, FREE, planOf } from './draft';
import { PlanFields } from './PlanFields';
import { Plans } from './Plans';
import { facetsQuery } from './queries';

export function ListingForm(props: { apiId: string; isListed: boolean; start: Draft }) {
  const { apiId, isListed } = props;
  const [draft, setDraft] = useState(props.start);
  const set = (to: Partial<Draft>) => setDraft((now) => ({ ...now, ...to }));
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="xl">
      <Stack>
        <Words draft={draft} set={set} />
        {draft.plans.map((plan, place) => (
          <PlanFields
            key={place}
            number={place + 1}
            plan={plan}
            change={(to) => set({ plans: draft.plans.with(place, to) })}
            remove={
              draft.plans.length > 1
                ? () => set({ plans: draft.plans.toSpliced(place, 1) })
                : undefined
            }
          />
        ))}
        <Group>
          <Button
            variant="default"
            disabled={draft.plans.length >= 10}
            onClick={() =>
              set({ plans: [...draft.plans, { ...FREE, name: `Plan ${draft.plans.length + 1}` }] })
            }
          >
            Add a plan
          </Button>
        </Group>
        <Publish apiId={apiId} draft={draft} isListed={isListed} />
      </Stack>
      <Preview draft={draft} />
    </SimpleGrid>
  );
}

function Words({ draft, set }: { draft: Draft; set: (to: Partial<Draft>) => void }) {
  const facets = useQuery(facetsQuery);
  const categories = facets.data?.map(({ category, title }) => ({ value: category, label: title }));
  return (
    <>
      <TextInput
        label="Title"
        maxLength={100}
        value={draft.title}
        onChange={({ currentTarget }) => set({ title: currentTarget.value })}
      />
      <TextInput
        label="Summary"
        description="One line, for the list."
        maxLength={200}
        value={draft.summary}
        onChange={({ currentTarget }) => set({ summary: currentTarget.value })}
      />
      <Textarea
        label="Description"
        description="Markdown."
        autosize
        minRows={5}
        maxRows={18}
        maxLength={20_000}
        value={draft.description}
        onChange={({ currentTarget }) => set({ description: currentTarget.value })}
      />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <NativeSelect
          label="Category"
          data={categories ?? [{ value: draft.category, label: draft.category }]}
          value={draft.category}
          onChange={({ currentTarget }) => set({ category: currentTarget.value })}
        />
        <TextInput
          label="Tags"
          placeholder="text, counting"
          defaultValue={draft.tags.join(', ')}
          onChange={({ currentTarget }) => set({ tags: tagsOf(currentTarget.value) })}
        />
      </SimpleGrid>
      <Switch
        label="Others may remix it"
        description="They get a copy of its source and tests, with your name on it."
        checked={draft.remix}
        onChange={({ currentTarget }) => set({ remix: currentTarget.checked })}
      />
    </>
  );
}

const tagsOf = (typed: string): string[] =>
  [...new Set(typed.split(',').map(plainTag))].filter((tag) => tag !== '').slice(0, 10);

const plainTag = (tag: string): string =>
  tag
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 32);

function Publish(props: { apiId: string; draft: Draft; isListed: boolean }) {
  const { apiId, draft, isListed } = props;
  const navigate = useNavigate();
  const queries = useQueryClient();
  const body = bodyOf(draft);
  const params = { path: { ref: apiId } };
  const refresh = async () => {
    await queries.invalidateQueries({ queryKey: ['own-listing', apiId] });
    await queries.invalidateQueries({ queryKey: ['listings'] });
    await queries.invalidateQueries({ queryKey: ['listing-facets'] });
  };
  const publish = useMutation({
    mutationFn: async () => {
      if (typeof body === 'string') throw new Error(body);
      return data(api.PUT('/api/v1/apis/{ref}/listing', { params, body }));
    },
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['listing', id] });
      await refresh();
      await navigate({ to: '/marketplace/$id', params: { id } });
    },
  });
  const unlist = useMutation({
    mutationFn: () => data(api.DELETE('/api/v1/apis/{ref}/listing', { params })),
    onSuccess: refresh,
  });
  return (
    <>
      {publish.isError && <ProblemAlert error={publish.error} />}
      {unlist.isError && <ProblemAlert error={unlist.error} />}
      {typeof body === 'string' && (
        <Text size="sm" c="dimmed" role="status">
          {body}
        </Text>
      )}
      <Group>
        <Button
          size="md"
          disabled={typeof body === 'string'}
          loading={publish.isPending}
          onClick={() => publish.mutate()}
        >
          {isListed ? 'Publish the change' : 'Publish'}
        </Button>
        {isListed && (
          <Button variant="default" loading={unlist.isPending} onClick={() => unlist.mutate()}>
            Unlist
          </Button>
        )}
      </Group>
      <Text size="xs" c="dimmed">
        Who has subscribed to a plan keeps its terms, whatever you change here.
      </Text>
    </>
  );
}

function Preview({ draft }: { draft: Draft }) {
  const plans = draft.plans.map(planOf).filter((plan) => typeof plan !== 'string');
  return (
    <Card component="section" aria-label="Preview" h="fit-content">
      <Text size="xs" c="dimmed" tt="uppercase" fw={600}>
        Preview
      </Text>
      <Title order={2} mt={4}>
        {draft.title || 'Title'}
      </Title>
      <Text c="dimmed" mb="md">
        {draft.summary}
      </Text>
      <Markdown text={draft.description} />
      <Title order={3} mt="lg" mb="sm">
        Plans
      </Title>
      <Plans
        plans={plans.map((plan) => ({
          ...plan,
          included_calls: plan.included_calls ?? null,
          price_per_call: Number(plan.price_per_call),
        }))}
      />
    </Card>
  );
}
