import { Button, Group, TagsInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ProblemAlert } from '@/components/ProblemAlert';
import { Section } from '@/components/Section';
import { done } from '@/components/undo';
import { api as control, data } from '@/lib/api/client';
import { type Api, revisionQuery } from '@/lib/queries';

/** Hosts are a part of what is deployed, so a change is a new revision of the same code. */
export function Hosts({ api }: { api: Api }) {
  const client = useQueryClient();
  const [hosts, setHosts] = useState(api.egress_hosts);
  const changed = hosts.join() !== api.egress_hosts.join();
  const { mutate, error, isPending } = useMutation({
    mutationFn: async () => {
      const { source } = await client.query(revisionQuery(api.slug, api.revision ?? 1));
      return data(
        control.POST('/api/v1/apis/{ref}/revisions', {
          params: { path: { ref: api.slug }, query: { wait: 30 } },
          body: { source, egress_hosts: hosts },
        }),
      );
    },
    onSuccess: () => {
      done('The hosts are changed.');
      return client.invalidateQueries({ queryKey: ['apis'] });
    },
  });
  return (
    <Section
      title="Outbound hosts"
      text="What the code may reach on the network. Without any, it reaches nothing."
    >
      {error !== null && <ProblemAlert error={error} />}
      <Group align="end">
        <TagsInput
          label="Hosts"
          description="example.com, *.example.com, with :port if it is not 443."
          placeholder={hosts.length === 0 ? 'api.example.com' : ''}
          flex={1}
          maw="40rem"
          value={hosts}
          onChange={setHosts}
        />
        <Button variant="default" disabled={!changed} loading={isPending} onClick={() => mutate()}>
          Save
        </Button>
      </Group>
    </Section>
  );
}
