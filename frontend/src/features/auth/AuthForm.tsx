import { Alert, Button, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface AuthFormProps {
  title: string;
  lead: ReactNode;
  submit: string;
  busy: boolean;
  error: string | undefined;
  onSubmit: (event: React.SubmitEvent) => void;
  children: ReactNode;
  foot?: ReactNode;
}

export function AuthForm(props: AuthFormProps) {
  return (
    <form onSubmit={props.onSubmit} noValidate>
      <Stack gap="md">
        <div>
          <Title order={1}>{props.title}</Title>
          <Text c="dimmed" mt={6}>
            {props.lead}
          </Text>
        </div>
        {props.error !== undefined && (
          <Alert color="red" role="alert">
            {props.error}
          </Alert>
        )}
        {props.children}
        <Button type="submit" size="md" loading={props.busy}>
          {props.submit}
        </Button>
        {props.foot}
      </Stack>
    </form>
  );
}
