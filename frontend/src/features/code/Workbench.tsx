import { Card, Group, SegmentedControl, Skeleton, Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { TestList } from '@/components/TestList';
import { type Api, revisionQuery } from '@/lib/queries';
import { Canary } from './Canary';
import { complete } from './complete';
import { DeployBar } from './DeployBar';
import { Talk } from './Talk';

const CodeEditor = lazy(() => import('@/components/code/CodeEditor'));

interface WorkbenchProps {
  api: Api;
  number: number;
  onDeployed: () => void;
}

/** One revision: its code to change by hand or by talking, what differs, and its tests. */
export function Workbench({ api, number, onDeployed }: WorkbenchProps) {
  const { data: revision } = useQuery(revisionQuery(api.slug, number));
  const { data: before } = useQuery({
    ...revisionQuery(api.slug, number - 1),
    enabled: number > 1,
  });
  const [draft, setDraft] = useState<string | null>(null);
  // What the editor begins with; it changes when another document is wanted, not at each letter.
  const [begin, setBegin] = useState<string | null>(null);
  const [epoch, setEpoch] = useState(0);
  const [view, setView] = useState('code');
  const show = (next: string) => {
    setBegin(draft);
    setView(next);
  };
  if (revision === undefined) return <Skeleton height={420} />;
  const changed = draft !== null && draft !== revision.source;
  const compared = changed ? revision.source : (before?.source ?? '');
  return (
    <Stack gap="lg" miw={0}>
      <Talk api={api} onDeployed={onDeployed} />
      <Card>
        <Group justify="space-between" mb="sm">
          <Title order={2}>{changed ? 'Your changes' : `Revision ${number}`}</Title>
          <SegmentedControl
            aria-label="View"
            size="xs"
            value={view}
            onChange={show}
            data={[
              { value: 'code', label: 'Code' },
              { value: 'diff', label: changed ? 'Changes' : `Since revision ${number - 1}` },
              { value: 'tests', label: 'Tests' },
            ].filter((one) => one.value !== 'diff' || changed || number > 1)}
          />
        </Group>
        <Suspense fallback={<Skeleton height={380} />}>
          {view === 'code' && (
            <CodeEditor
              key={epoch}
              text={begin ?? revision.source}
              label="Source code"
              onChange={setDraft}
              complete={complete}
            />
          )}
          {view === 'diff' && (
            <CodeEditor
              text={draft ?? revision.source}
              original={compared}
              label="Differences"
              readOnly
            />
          )}
        </Suspense>
        {view === 'tests' && <TestList checks={revision.checks} />}
        {changed && (
          <DeployBar
            api={api}
            source={draft}
            onDeployed={onDeployed}
            onDiscard={() => {
              setDraft(null);
              setBegin(null);
              setEpoch((was) => was + 1);
              setView('code');
            }}
          />
        )}
      </Card>
      <Canary reference={api.slug} />
    </Stack>
  );
}
