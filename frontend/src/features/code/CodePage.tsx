import { Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useApiRef } from '@/lib/apiRef';
import { apiQuery, revisionsQuery } from '@/lib/queries';
import classes from './CodePage.module.css';
import { RevisionList } from './RevisionList';
import { Workbench } from './Workbench';

/** Revisions at the side; the one that is chosen, to read, change and deploy. */
export function CodePage() {
  const ref = useApiRef();
  const { data: api } = useQuery(apiQuery(ref));
  const { data: revisions, error, refetch } = useQuery(revisionsQuery(ref));
  const [chosen, setChosen] = useState<number | null>(null);
  if (error !== null && revisions === undefined) {
    return <ProblemAlert error={error} retry={() => void refetch()} />;
  }
  if (api === undefined || revisions === undefined) return <Skeleton height={420} />;
  const number = chosen ?? api.revision ?? revisions[0]?.revision;
  if (number === undefined) return <Text c="dimmed">There is no code yet.</Text>;
  return (
    <div className={classes.page}>
      <RevisionList api={api} revisions={revisions} chosen={number} onChoose={setChosen} />
      <Workbench key={number} api={api} number={number} onDeployed={() => setChosen(null)} />
    </div>
  );
}
