import { Card, Group, Progress, Skeleton, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Sparkline } from '@/components/Sparkline';
import { Stat } from '@/components/Stat';
import { StatusDot } from '@/components/StatusDot';
import { count, milliseconds, share } from '@/lib/format';
import { type Api, type Metrics, metricsQuery } from '@/lib/queries';
import classes from './ApiCard.module.css';

const DAYS_A_MONTH = 30;

/** One API at a glance: does it live, is it called, is it quick, does it fail, how much is left. */
export function ApiCard({ api }: { api: Api }) {
  const { data } = useQuery(metricsQuery(api.slug, '24h'));
  return (
    <Card component="article" className={classes.card}>
      <Group justify="space-between" wrap="nowrap" align="start">
        <Title order={2} size="h3" lineClamp={1}>
          <Link to="/apis/$ref" params={{ ref: api.slug }} className={classes.link}>
            {api.name}
          </Link>
        </Title>
        <StatusDot status={api.status} />
      </Group>
      <Text size="sm" c="dimmed" lineClamp={1} mt={2} mih="1.45em">
        {api.description === '' ? (api.prompt ?? `/${api.slug}`) : api.description}
      </Text>
      {data === undefined ? (
        <Skeleton height={132} mt="md" />
      ) : (
        <Figures api={api} metrics={data} />
      )}
    </Card>
  );
}

function Figures({ api, metrics }: { api: Api; metrics: Metrics }) {
  const { total, series } = metrics;
  const daily = api.limits.monthly_quota / DAYS_A_MONTH;
  const used = daily === 0 ? 0 : total.calls / daily;
  const rate = total.calls === 0 ? 0 : total.errors / total.calls;
  return (
    <>
      <div className={classes.spark}>
        <Sparkline values={series.map((point) => point.calls)} />
      </div>
      <dl className={classes.figures}>
        <Stat small label="Calls, 24 h" value={count(total.calls)} />
        <Stat small label="p95" value={milliseconds(total.p95_ms)} />
        <Stat small label="Errors" value={share(rate)} tone={rate > 0.01 ? 'bad' : 'plain'} />
      </dl>
      <Progress
        value={Math.min(used, 1) * 100}
        size={4}
        color={used > 0.9 ? 'red' : 'gray'}
        aria-label="Share of a day's quota"
      />
      <Text size="xs" c="dimmed" mt={5}>
        {share(used)} of a day’s share of the quota
      </Text>
    </>
  );
}
