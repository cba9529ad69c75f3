import {
  IconApi,
  IconBuildingStore,
  IconReceipt2,
  IconSparkles,
  IconUserCircle,
} from '@tabler/icons-react';

export interface Place {
  label: string;
  to: '/new' | '/apis' | '/marketplace' | '/billing' | '/account';
  icon: typeof IconApi;
  /** Keys that go there, one after the other. */
  keys: string;
}

/** The places of the sidebar, in its order; the command palette knows the same. */
export const places: Place[] = [
  { label: 'New API', to: '/new', icon: IconSparkles, keys: 'g n' },
  { label: 'My APIs', to: '/apis', icon: IconApi, keys: 'g a' },
  { label: 'Marketplace', to: '/marketplace', icon: IconBuildingStore, keys: 'g m' },
  { label: 'Subscriptions', to: '/billing', icon: IconReceipt2, keys: 'g s' },
  { label: 'Account', to: '/account', icon: IconUserCircle, keys: 'g u' },
];
