import { Skeleton, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApiRef } from '@/lib/apiRef';
import { apiQuery } from '@/lib/queries';
import { DangerZone } from './DangerZone';
import { Hosts } from './Hosts';
import { LimitTable } from './LimitTable';
import { Secrets } from './Secrets';

export function SettingsPage() {
  const { data: api } = useQuery(apiQuery(useApiRef()));
  if (api === undefined) return <Skeleton height={400} />;
  return (
    <Stack gap="lg">
      <Secrets reference={api.slug} />
      <Hosts key={api.egress_hosts.join()} api={api} />
      <LimitTable limits={api.limits} />
      <DangerZone api={api} />
    </Stack>
  );
}
