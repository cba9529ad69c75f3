import { Stack, Text, Title } from '@mantine/core';
import { TextLink } from '@/components/links';

export function MailSent({ to, purpose }: { to: string; purpose: string }) {
  return (
    <Stack gap="sm" role="status">
      <Title order={1}>Look into your mail</Title>
      <Text c="dimmed">
        We sent a link to <strong>{to}</strong>. Open it to {purpose}. On a machine of your own, the
        mail is printed where the platform was started.
      </Text>
      <TextLink to="/sign-in">Back to sign in</TextLink>
    </Stack>
  );
}
