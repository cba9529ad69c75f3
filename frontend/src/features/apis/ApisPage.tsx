import { SimpleGrid, Skeleton } from '@mantine/core';
import { IconSparkles } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { ButtonLink } from '@/components/links';
import { Blank } from '@/components/Blank';
import { Page } from '@/components/Page';
import { ProblemAlert } from '@/components/ProblemAlert';
import { ApiCard } from './ApiCard';
import { apisQuery } from '@/lib/queries';

const COLUMNS = { base: 1, md: 2, xl: 3 };

export function ApisPage() {
  const apis = useQuery(apisQuery);
  return (
    <Page
      title="My APIs"
      actions={
        <ButtonLink to="/new" leftSection={<IconSparkles size={18} stroke={1.7} />}>
          New API
        </ButtonLink>
      }
    >
      {apis.isPending && (
        <SimpleGrid cols={COLUMNS} aria-busy="true">
          {[1, 2, 3].map((one) => (
            <Skeleton key={one} height={208} radius="md" />
          ))}
        </SimpleGrid>
      )}
      {apis.isError && <ProblemAlert error={apis.error} retry={() => void apis.refetch()} />}
      {apis.data?.length === 0 && (
        <Blank
          title="Nothing here yet"
          text="Describe what you need; it is live a few seconds later."
        >
          <ButtonLink to="/new" size="md">
            Make your first API
          </ButtonLink>
        </Blank>
      )}
      {apis.data !== undefined && apis.data.length > 0 && (
        <SimpleGrid cols={COLUMNS}>
          {apis.data.map((api) => (
            <ApiCard key={api.api_id} api={api} />
          ))}
        </SimpleGrid>
      )}
    </Page>
  );
}
