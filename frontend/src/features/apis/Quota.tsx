import { Card, Progress, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { count, share } from '@/lib/format';
import { type Api } from '@/lib/queries';
import { forecast } from '@/lib/quota';
import { supabase } from '@/lib/supabase';

const day = new Intl.DateTimeFormat('en', { dateStyle: 'long' });

/** How much of this month's calls is used, and whether it lasts. */
export function Quota({ api }: { api: Api }) {
  const { data } = useQuery({
    queryKey: ['apis', api.slug, 'month'],
    refetchInterval: 30_000,
    queryFn: async () => {
      const now = new Date();
      const since = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1)).toISOString();
      const { data: rows, error } = await supabase().rpc('usage_series', {
        api: api.api_id,
        since,
      });
      if (error !== null) throw new Error('This month’s calls cannot be read just now.');
      return rows.reduce((sum, row) => sum + row.calls, 0);
    },
  });
  const { used, quota, expected, runsOut } = forecast(
    data ?? 0,
    api.limits.monthly_quota,
    new Date(),
  );
  const part = quota === 0 ? 1 : used / quota;
  return (
    <Card>
      <Title order={2} mb="sm">
        This month
      </Title>
      <Text size="sm" mb={6} className="tabular">
        <strong>{count(used)}</strong> of {count(quota)} calls ({share(part)})
      </Text>
      <Progress
        value={Math.min(part, 1) * 100}
        size="lg"
        color={part > 0.9 ? 'red' : 'ember'}
        aria-label="Used of this month's calls"
      />
      <Text size="sm" c="dimmed" mt="sm">
        {runsOut === null
          ? `At this pace it will be ${count(expected)} at the month’s end.`
          : `At this pace it is used up on ${day.format(runsOut)}. A larger plan lasts longer.`}
      </Text>
    </Card>
  );
}
