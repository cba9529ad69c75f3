import { Badge, Button, Card, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconGitFork } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ButtonLink } from '@/components/links';
import { Markdown } from '@/components/Markdown';
import { Page } from '@/components/Page';
import { ProblemAlert } from '@/components/ProblemAlert';
import { api, data, type Schemas } from '@/lib/api/client';
import { useSession } from '@/lib/session';
import { Figures, TestBadge } from './Measured';
import { Operations } from './Operations';
import { Plans } from './Plans';
import { type Listing, listingQuery, type Plan, subscriptionQuery } from './queries';
import { Reviews } from './Reviews';
import { Subscribed } from './Subscribed';

const route = getRouteApi('/signed-in/marketplace/$id');

export function ListingPage() {
  const { id } = route.useParams();
  const listing = useQuery(listingQuery(id));
  if (listing.isError) {
    return (
      <Page title="Listing">
        <ProblemAlert error={listing.error} retry={() => void listing.refetch()} />
        <ButtonLink to="/marketplace" variant="default" mt="md">
          Back to the marketplace
        </ButtonLink>
      </Page>
    );
  }
  if (listing.data === undefined) {
    return (
      <Page title="Listing">
        <Skeleton height={320} radius="md" />
      </Page>
    );
  }
  return <Shown listing={listing.data} />;
}

function Shown({ listing }: { listing: Listing }) {
  const mine = useSession()?.user.id === listing.user_id;
  const subscription = useQuery(subscriptionQuery(listing.id));
  const active = subscription.data?.status === 'active' ? subscription.data : null;
  return (
    <Page
      title={listing.title}
      lead={listing.summary}
      actions={mine ? <Manage listing={listing} /> : <Remix listing={listing} />}
    >
      <Stack gap="xl">
        <Card padding="md">
          <Group justify="space-between" gap="lg">
            <Figures of={listing} />
            <TestBadge of={listing} />
          </Group>
        </Card>
        <Group gap="xs">
          <Text size="sm" c="dimmed">
            by @{listing.public_profiles.handle}
            {listing.attribution !== '' && ` · remix of ${listing.attribution}`}
          </Text>
          {listing.status !== 'published' && <Badge color="yellow">{listing.status}</Badge>}
          {listing.tags.map((tag) => (
            <Badge key={tag} color="gray">
              {tag}
            </Badge>
          ))}
        </Group>
        {listing.description !== '' && <Markdown text={listing.description} />}
        <section aria-labelledby="plans">
          <Title order={2} id="plans" mb="sm">
            Plans
          </Title>
          <Choose listing={listing} mine={mine} current={active?.listing_plan_id} />
        </section>
        <section aria-labelledby="docs">
          <Title order={2} id="docs" mb="sm">
            What it does
          </Title>
          <Operations document={listing.openapi} />
        </section>
        <section aria-labelledby="reviews">
          <Title order={2} id="reviews" mb="sm">
            Reviews
          </Title>
          <Reviews listing={listing} mayReview={!mine && subscription.data != null} />
        </section>
      </Stack>
    </Page>
  );
}

function Choose(props: { listing: Listing; mine: boolean; current: string | undefined }) {
  const { listing, mine, current } = props;
  const [made, setMade] = useState<Schemas['NewSubscriptionOut'] | null>(null);
  const queries = useQueryClient();
  const subscribe = useMutation({
    mutationFn: (plan: Plan) =>
      data(
        api.POST('/api/v1/subscriptions', { body: { listing_id: listing.id, plan_id: plan.id } }),
      ),
    onSuccess: async (subscription) => {
      setMade(subscription);
      await queries.invalidateQueries({ queryKey: ['listing', listing.id, 'subscription'] });
      await queries.invalidateQueries({ queryKey: ['subscriptions'] });
    },
  });
  const offer = !mine && listing.status === 'published' && current === undefined;
  return (
    <Stack>
      {subscribe.isError && <ProblemAlert error={subscribe.error} />}
      <Plans
        plans={listing.plans}
        {...(offer ? { choose: (plan: Plan) => subscribe.mutate(plan) } : {})}
      />
      <Text size="sm" c="dimmed">
        {current === undefined
          ? 'A month never costs more than the plan’s price unless you raise your spending cap.'
          : 'You are subscribed.'}
      </Text>
      {current !== undefined && (
        <Group>
          <ButtonLink to="/billing" variant="default">
            Manage your subscription
          </ButtonLink>
        </Group>
      )}
      <Subscribed subscription={made} document={listing.openapi} close={() => setMade(null)} />
    </Stack>
  );
}

function Manage({ listing }: { listing: Listing }) {
  return (
    <ButtonLink to="/marketplace/publish" search={{ api: listing.api_id }} variant="default">
      Change the listing
    </ButtonLink>
  );
}

function Remix({ listing }: { listing: Listing }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const remix = useMutation({
    mutationFn: () =>
      data(
        api.POST('/api/v1/listings/{listing_id}/remix', {
          params: { path: { listing_id: listing.id }, query: { wait: 20 } },
          body: {},
        }),
      ),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['apis'] });
      await navigate({ to: '/apis' });
    },
  });
  if (!listing.allow_remix) return null;
  return (
    <div>
      <Button
        variant="default"
        loading={remix.isPending}
        onClick={() => remix.mutate()}
        leftSection={<IconGitFork size={18} stroke={1.7} />}
      >
        Remix it
      </Button>
      {remix.isError && <ProblemAlert error={remix.error} />}
    </div>
  );
}
