import { Page } from '@/components/Page';

export function GeneratePage() {
  return <Page title="What should your API do?">{null}</Page>;
}
