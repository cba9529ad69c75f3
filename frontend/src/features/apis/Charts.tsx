import '@mantine/charts/styles.css';
import { AreaChart, LineChart } from '@mantine/charts';
import { Text } from '@mantine/core';
import type { Metrics } from '@/lib/queries';

const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hour12: false });
const weekday = new Intl.DateTimeFormat('en', { weekday: 'short', hour: '2-digit', hour12: false });

/** Calls and latency over time; a dashed line is a deployment. */
export function Charts({ metrics }: { metrics: Metrics }) {
  const label = (at: string) => (metrics.range === '7d' ? weekday : clock).format(new Date(at));
  const points = metrics.series.map((point) => ({
    at: label(point.at),
    OK: point.calls - point.errors - point.client_errors,
    'Refused (4xx)': point.client_errors,
    'Errors (5xx)': point.errors,
    p50: point.p50_ms,
    p95: point.p95_ms,
    p99: point.p99_ms,
  }));
  const step = metrics.step_seconds * 1000;
  const since = new Date(metrics.since).getTime();
  const deploys = metrics.deploys
    .filter((deploy) => new Date(deploy.at).getTime() >= since)
    .map((deploy) => ({
      x: label(new Date(Math.floor(new Date(deploy.at).getTime() / step) * step).toISOString()),
      label: `r${deploy.revision}`,
      color: deploy.status === 'failed' ? 'red.6' : 'gray.6',
    }));
  const shared = {
    data: points,
    dataKey: 'at',
    tickLine: 'none' as const,
    gridAxis: 'y' as const,
    withLegend: true,
    referenceLines: deploys,
    xAxisProps: { minTickGap: 48 },
  };
  return (
    <>
      <Text size="sm" c="dimmed" mt="lg" mb={4}>
        Calls, and deployments as dashed lines
      </Text>
      <AreaChart
        {...shared}
        h={220}
        type="stacked"
        curveType="monotone"
        withDots={false}
        fillOpacity={0.16}
        // The last one's line is on top: with no errors it has to be the good one's.
        series={[
          { name: 'Errors (5xx)', color: 'var(--ab-bad)' },
          { name: 'Refused (4xx)', color: 'var(--ab-warn)' },
          { name: 'OK', color: 'var(--ab-cool)' },
        ]}
      />
      <Text size="sm" c="dimmed" mt="lg" mb={4}>
        Time to answer, in milliseconds
      </Text>
      <LineChart
        {...shared}
        h={180}
        curveType="monotone"
        withDots={false}
        connectNulls={false}
        strokeWidth={1.75}
        series={[
          { name: 'p50', color: 'var(--ab-cool)' },
          { name: 'p95', color: 'var(--ab-accent)' },
          { name: 'p99', color: 'var(--ab-bad)' },
        ]}
      />
    </>
  );
}
