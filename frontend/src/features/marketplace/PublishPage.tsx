import { NativeSelect, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Blank } from '@/components/Blank';
import { ButtonLink } from '@/components/links';
import { Page } from '@/components/Page';
import { ProblemAlert } from '@/components/ProblemAlert';
import type { Draft } from './draft';
import { FREE } from './draft';
import { ListingForm } from './ListingForm';
import { ownApisQuery, ownListingQuery } from './queries';

const route = getRouteApi('/signed-in/marketplace/publish');

export function PublishPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const apis = useQuery(ownApisQuery);
  const chosen = search.api ?? apis.data?.[0]?.api_id ?? '';
  const listing = useQuery(ownListingQuery(chosen));
  const api = apis.data?.find(({ api_id }) => api_id === chosen);
  return (
    <Page
      title="List an API"
      lead="What others read at the right is what you write at the left."
      wide
    >
      {apis.isError && <ProblemAlert error={apis.error} retry={() => void apis.refetch()} />}
      {apis.data?.length === 0 && (
        <Blank title="First an API, then its listing" text="Make one: it takes a few seconds.">
          <ButtonLink to="/new">Make an API</ButtonLink>
        </Blank>
      )}
      {apis.data !== undefined && apis.data.length > 0 && (
        <NativeSelect
          label="Which of your APIs"
          maw="24rem"
          mb="lg"
          value={chosen}
          data={apis.data.map(({ api_id, name }) => ({ value: api_id, label: name }))}
          onChange={({ currentTarget }) =>
            void navigate({ search: { api: currentTarget.value }, replace: true })
          }
        />
      )}
      {listing.isError && <ProblemAlert error={listing.error} />}
      {listing.isLoading && <Skeleton height={420} radius="md" />}
      {listing.data !== undefined && api !== undefined && (
        <ListingForm
          key={chosen}
          apiId={chosen}
          isListed={listing.data?.status === 'published'}
          start={draftOf(listing.data, api)}
        />
      )}
    </Page>
  );
}

type Own = Awaited<ReturnType<NonNullable<ReturnType<typeof ownListingQuery>['queryFn']>>>;

function draftOf(listing: Own, api: { name: string; description: string }): Draft {
  if (listing === null) {
    return {
      title: api.name,
      summary: '',
      description: api.description,
      category: 'other',
      tags: [],
      remix: false,
      plans: [FREE],
    };
  }
  const offered = listing.listing_plans
    .filter(({ retired_at }) => retired_at === null)
    .sort((a, b) => a.position - b.position);
  return {
    title: listing.title,
    summary: listing.summary,
    description: listing.description,
    category: listing.category,
    tags: listing.tags,
    remix: listing.allow_remix,
    plans: offered.map((plan) => ({
      name: plan.name,
      price: (plan.price_cents / 100).toFixed(2),
      included: plan.included_calls === null ? '' : String(plan.included_calls),
      perCall: String(plan.price_per_call),
      quota: String(plan.monthly_quota),
      rate: String(plan.requests_per_second),
    })),
  };
}
