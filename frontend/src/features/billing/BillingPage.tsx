import { Tabs } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { Page } from '@/components/Page';
import { Invoices } from './Invoices';
import { Subscribers } from './Subscribers';
import { Subscriptions } from './Subscriptions';

const route = getRouteApi('/signed-in/billing');

export function BillingPage() {
  const { tab = 'subscriptions' } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page
      title="Subscriptions"
      lead="What you use of others, who uses yours, and what it comes to."
    >
      <Tabs
        value={tab}
        onChange={(value) => void navigate({ search: { tab: value ?? undefined }, replace: true })}
      >
        <Tabs.List mb="lg">
          <Tabs.Tab value="subscriptions">Mine</Tabs.Tab>
          <Tabs.Tab value="subscribers">To my APIs</Tabs.Tab>
          <Tabs.Tab value="invoices">Invoices</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="subscriptions">
          <Subscriptions />
        </Tabs.Panel>
        <Tabs.Panel value="subscribers">
          <Subscribers />
        </Tabs.Panel>
        <Tabs.Panel value="invoices">
          <Invoices />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
