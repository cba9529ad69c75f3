import { Alert, Box, Button, Group, Skeleton, Text, Title } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet } from '@tanstack/react-router';
import { useApiRef } from '@/lib/apiRef';
import { useEffect } from 'react';
import { CopyButton } from '@/components/CopyButton';
import { ProblemAlert } from '@/components/ProblemAlert';
import { StatusDot } from '@/components/StatusDot';
import { api as control, data } from '@/lib/api/client';
import { type Api, apiQuery } from '@/lib/queries';
import classes from './ApiLayout.module.css';

const TABS = [
  { to: '/apis/$ref', label: 'Overview', exact: true },
  { to: '/apis/$ref/code', label: 'Code', exact: false },
  { to: '/apis/$ref/try', label: 'Try it', exact: false },
  { to: '/apis/$ref/logs', label: 'Logs', exact: false },
  { to: '/apis/$ref/keys', label: 'Keys', exact: false },
  { to: '/apis/$ref/settings', label: 'Settings', exact: false },
] as const;

/** What every page of one API has: its name, whether it lives, where it is, and its pages. */
export function ApiLayout() {
  const ref = useApiRef();
  const { data: api, error, refetch } = useQuery(apiQuery(ref));
  useEffect(() => {
    if (api !== undefined) document.title = `${api.name} · API Builder`;
  }, [api]);
  return (
    <Box className={classes.page}>
      {error !== null && api === undefined ? (
        <ProblemAlert error={error} retry={() => void refetch()} />
      ) : (
        <>
          {api === undefined ? <Skeleton height={74} mb="md" /> : <Head api={api} />}
          <nav className={classes.tabs} aria-label="Pages of this API">
            {TABS.map(({ to, label, exact }) => (
              <Link
                key={to}
                to={to}
                params={{ ref }}
                activeOptions={{ exact }}
                className={classes.tab}
                activeProps={{ className: classes.active }}
              >
                {label}
              </Link>
            ))}
          </nav>
          {api?.error != null && (
            <Alert
              color={api.status === 'failed' ? 'red' : 'yellow'}
              title="The newest deployment failed"
              mb="lg"
            >
              <Text size="sm">{api.error.detail}</Text>
              {api.error.line != null && (
                <Text size="sm" c="dimmed">
                  Line {api.error.line}.
                  {api.status === 'active' && ' What served before goes on serving.'}
                </Text>
              )}
            </Alert>
          )}
          <Outlet />
        </>
      )}
    </Box>
  );
}

function Head({ api }: { api: Api }) {
  return (
    <Group justify="space-between" align="start" mb="md" gap="md">
      <div className={classes.names}>
        <Group gap="sm" align="center">
          <Title order={1}>{api.name}</Title>
          <StatusDot status={api.status} />
        </Group>
        <Group gap={4} wrap="nowrap" mt={4}>
          <Text size="sm" c="dimmed" ff="monospace" truncate>
            {api.endpoint_url}
          </Text>
          <CopyButton value={api.endpoint_url} what="the address" />
        </Group>
      </div>
      <PauseButton api={api} />
    </Group>
  );
}

function PauseButton({ api }: { api: Api }) {
  const client = useQueryClient();
  const { queryKey } = apiQuery(api.slug);
  const paused = api.status === 'paused';
  const { mutate, isPending } = useMutation({
    mutationFn: () =>
      data(
        control.POST(paused ? '/api/v1/apis/{ref}/resume' : '/api/v1/apis/{ref}/pause', {
          params: { path: { ref: api.slug } },
        }),
      ),
    onMutate: () => {
      client.setQueryData(queryKey, {
        ...api,
        status: paused ? ('active' as const) : ('paused' as const),
      });
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['apis'] }),
  });
  return (
    <Button
      variant="default"
      loading={isPending}
      leftSection={paused ? <IconPlayerPlay size={17} /> : <IconPlayerPause size={17} />}
      onClick={() => mutate()}
    >
      {paused ? 'Resume' : 'Pause'}
    </Button>
  );
}
