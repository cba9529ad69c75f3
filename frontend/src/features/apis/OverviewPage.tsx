import { Card, Group, SegmentedControl, SimpleGrid, Skeleton, Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApiRef } from '@/lib/apiRef';
import { lazy, Suspense, useState } from 'react';
import { ProblemAlert } from '@/components/ProblemAlert';
import { Stat } from '@/components/Stat';
import { count, milliseconds, share } from '@/lib/format';
import { apiQuery, metricsQuery, type Range } from '@/lib/queries';
import { Breakdown } from './Breakdown';
import { Quota } from './Quota';
import classes from './ApiCard.module.css';

const Charts = lazy(async () => ({ default: (await import('./Charts')).Charts }));

const RANGES = [
  { value: '1h', label: 'Hour' },
  { value: '24h', label: 'Day' },
  { value: '7d', label: 'Week' },
];

export function OverviewPage() {
  const ref = useApiRef();
  const [range, setRange] = useState<Range>('1h');
  const { data: api } = useQuery(apiQuery(ref));
  const { data: metrics, error } = useQuery(metricsQuery(ref, range));
  const rate = metrics && metrics.total.calls > 0 ? metrics.total.errors / metrics.total.calls : 0;
  return (
    <Stack gap="lg">
      <Group justify="space-between">
        <Title order={2}>Calls</Title>
        <SegmentedControl
          aria-label="How far back"
          data={RANGES}
          value={range}
          onChange={(value) => setRange(value as Range)}
        />
      </Group>
      {error !== null && metrics === undefined && <ProblemAlert error={error} />}
      <Card>
        <SimpleGrid component="dl" cols={{ base: 2, sm: 5 }} className={classes.totals ?? ''}>
          <Stat label="Calls" value={metrics ? count(metrics.total.calls) : '…'} />
          <Stat label="Median" value={milliseconds(metrics?.total.p50_ms)} />
          <Stat label="95 of 100 within" value={milliseconds(metrics?.total.p95_ms)} />
          <Stat label="99 of 100 within" value={milliseconds(metrics?.total.p99_ms)} />
          <Stat label="Errors" value={share(rate)} tone={rate > 0.01 ? 'bad' : 'plain'} />
        </SimpleGrid>
        <Suspense fallback={<Skeleton height={440} mt="lg" />}>
          {metrics ? <Charts metrics={metrics} /> : <Skeleton height={440} mt="lg" />}
        </Suspense>
      </Card>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Breakdown reference={ref} range={range} />
        {api === undefined ? <Skeleton height={200} /> : <Quota api={api} />}
      </SimpleGrid>
    </Stack>
  );
}
