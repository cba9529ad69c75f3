import { Page } from '@/components/Page';

export function AccountPage() {
  return <Page title="Account">{null}</Page>;
}
