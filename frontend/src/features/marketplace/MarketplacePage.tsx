import { Chip, Group, NativeSelect, SimpleGrid, Skeleton, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch, IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { Blank } from '@/components/Blank';
import { ButtonLink } from '@/components/links';
import { Page } from '@/components/Page';
import { ProblemAlert } from '@/components/ProblemAlert';
import { ListingCard } from './ListingCard';
import { facetsQuery, type Search, searchQuery } from './queries';

const route = getRouteApi('/signed-in/marketplace');
const COLUMNS = { base: 1, md: 2, xl: 3 };
const SORTS = [
  { value: 'relevance', label: 'Best match' },
  { value: 'popular', label: 'Most called' },
  { value: 'rating', label: 'Best rated' },
  { value: 'fast', label: 'Fastest' },
  { value: 'price', label: 'Cheapest' },
  { value: 'newest', label: 'Newest' },
];

export function MarketplacePage() {
  const asked = route.useSearch();
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState(asked.q ?? '');
  const change = (to: Partial<typeof asked>) =>
    void navigate({ search: (now) => ({ ...now, ...to }), replace: true });
  const searchSoon = useDebouncedCallback((q: string) => {
    // Who has followed a link meanwhile is not brought back.
    if (location.pathname === '/marketplace') change({ q: q || undefined });
  }, 150);
  const search: Search = {
    q: asked.q ?? '',
    category: asked.category,
    sort: asked.sort ?? 'relevance',
    free: asked.free ?? false,
    remixable: asked.remixable ?? false,
  };
  return (
    <Page
      title="Marketplace"
      lead="APIs of others, with figures that the platform measured itself."
      actions={
        <ButtonLink
          to="/marketplace/publish"
          variant="default"
          leftSection={<IconUpload size={18} stroke={1.7} />}
        >
          List an API
        </ButtonLink>
      }
    >
      <Group align="end" mb="sm">
        <TextInput
          flex={1}
          miw="14rem"
          size="md"
          type="search"
          aria-label="Search the marketplace"
          placeholder="What do you need? Typing errors are fine."
          leftSection={<IconSearch size={18} stroke={1.7} />}
          value={typed}
          onChange={({ currentTarget: { value } }) => {
            setTyped(value);
            searchSoon(value);
          }}
        />
        <NativeSelect
          size="md"
          aria-label="Sort by"
          data={SORTS}
          value={search.sort}
          onChange={({ currentTarget }) => change({ sort: currentTarget.value })}
        />
      </Group>
      <Filters search={search} change={change} />
      <Found search={search} clear={() => (setTyped(''), void navigate({ search: {} }))} />
    </Page>
  );
}

interface Change {
  category?: string | undefined;
  free?: boolean | undefined;
  remixable?: boolean | undefined;
}

function Filters({ search, change }: { search: Search; change: (to: Change) => void }) {
  const facets = useQuery(facetsQuery);
  return (
    <Group gap="xs" mb="lg" mih={32}>
      <Chip checked={search.free} onChange={(on) => change({ free: on || undefined })} size="sm">
        Free plan
      </Chip>
      <Chip
        checked={search.remixable}
        onChange={(on) => change({ remixable: on || undefined })}
        size="sm"
      >
        Remixable
      </Chip>
      {facets.data
        ?.filter(({ listings, category }) => listings > 0 || category === search.category)
        .map(({ category, title, listings }) => (
          <Chip
            key={category}
            size="sm"
            variant="light"
            checked={search.category === category}
            onChange={(on) => change({ category: on ? category : undefined })}
          >
            {title} · {listings}
          </Chip>
        ))}
    </Group>
  );
}

function Found({ search, clear }: { search: Search; clear: () => void }) {
  const found = useQuery(searchQuery(search));
  if (found.isError) {
    return <ProblemAlert error={found.error} retry={() => void found.refetch()} />;
  }
  if (found.data === undefined) {
    return (
      <SimpleGrid cols={COLUMNS} aria-busy="true">
        {[1, 2, 3, 4, 5, 6].map((one) => (
          <Skeleton key={one} height={224} radius="md" />
        ))}
      </SimpleGrid>
    );
  }
  const filtered = search.q || search.category || search.free || search.remixable;
  if (found.data.length === 0) {
    return filtered ? (
      <Blank title="Nothing like that yet" text="Other words, or fewer filters, may find more.">
        <ButtonLink to="/marketplace" search={{}} onClick={clear} variant="default">
          Show everything
        </ButtonLink>
      </Blank>
    ) : (
      <Blank title="The first listing could be yours" text="Nobody has listed an API here yet.">
        <ButtonLink to="/marketplace/publish">List an API</ButtonLink>
      </Blank>
    );
  }
  return (
    <>
      <Text role="status" size="sm" c="dimmed" mb="sm">
        {found.data[0]?.found} found
      </Text>
      <SimpleGrid cols={COLUMNS}>
        {found.data.map((one) => (
          <ListingCard key={one.id} listing={one} />
        ))}
      </SimpleGrid>
    </>
  );
}
