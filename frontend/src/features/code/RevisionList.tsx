import { ActionIcon, Badge, Group, Title, Tooltip } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { done, failed } from '@/components/undo';
import { api as control, data, type Schemas } from '@/lib/api/client';
import { ago } from '@/lib/format';
import type { Api } from '@/lib/queries';
import classes from './CodePage.module.css';

interface RevisionListProps {
  api: Api;
  revisions: Schemas['RevisionSummary'][];
  chosen: number;
  onChoose: (revision: number) => void;
}

/** Every revision there was; one click goes back to it. */
export function RevisionList({ api, revisions, chosen, onChoose }: RevisionListProps) {
  const client = useQueryClient();
  const back = useMutation({
    mutationFn: (revision: number) =>
      data(
        control.POST('/api/v1/apis/{ref}/rollback', {
          params: { path: { ref: api.slug }, query: { wait: 30 } },
          body: { revision },
        }),
      ),
    onSuccess: (result) => {
      done(`Revision ${result.revision} serves again.`);
      return client.invalidateQueries({ queryKey: ['apis'] });
    },
    onError: failed,
  });
  return (
    <div>
      <Title order={2} mb="xs">
        Revisions
      </Title>
      <ul className={classes.list}>
        {revisions.map((one) => (
          <li
            key={one.revision}
            className={classes.item}
            data-chosen={one.revision === chosen || undefined}
          >
            <button
              type="button"
              className={classes.choose}
              aria-pressed={one.revision === chosen}
              onClick={() => onChoose(one.revision)}
            >
              <Group gap={6}>
                <strong>Revision {one.revision}</strong>
                {one.revision === api.revision && <Badge color="green">serves</Badge>}
              </Group>
              <span className={classes.prompt}>
                {one.prompt ??
                  (one.created_at === null ? 'by hand' : `by hand, ${ago(one.created_at)}`)}
              </span>
            </button>
            {one.revision !== api.revision && (
              <Tooltip label="Serve this one again">
                <ActionIcon
                  aria-label={`Roll back to revision ${one.revision}`}
                  loading={back.isPending && back.variables === one.revision}
                  onClick={() => back.mutate(one.revision)}
                >
                  <IconArrowBackUp size={17} stroke={1.8} />
                </ActionIcon>
              </Tooltip>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
