import { Alert, Button, Code, CopyButton, Group, Modal, Stack, Text } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import type { Schemas } from '@/lib/api/client';
import { firstCall } from './operations';

type Subscription = Schemas['NewSubscriptionOut'];

/** The one time that a key is shown, with a call that can be made right here. */
export function Subscribed(props: {
  subscription: Subscription | null;
  document: unknown;
  close: () => void;
}) {
  const { subscription, document, close } = props;
  return (
    <Modal
      opened={subscription !== null}
      onClose={close}
      size="lg"
      title="Your key"
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {subscription !== null && <Key of={subscription} document={document} close={close} />}
    </Modal>
  );
}

function Key(props: { of: Subscription; document: unknown; close: () => void }) {
  const { of } = props;
  const operation = firstCall(props.document);
  const url = `${of.endpoint_url}${operation?.path ?? '/docs'}`;
  const call = useMutation({
    mutationFn: async () => {
      const answer = await fetch(url, { headers: { Authorization: `Bearer ${of.api_key}` } });
      return { status: answer.status, text: (await answer.text()).slice(0, 2000) };
    },
  });
  return (
    <Stack>
      <Text size="sm">It is shown this once: keep it where your program finds it.</Text>
      <Copyable name="key" text={of.api_key} />
      <Copyable name="command" text={`curl -H "Authorization: Bearer ${of.api_key}" ${url}`} />
      {operation !== undefined && (
        <Group>
          <Button loading={call.isPending} onClick={() => call.mutate()}>
            Call {operation.method} {operation.path} now
          </Button>
        </Group>
      )}
      {call.isSuccess && (
        <div role="status">
          <Text size="sm" fw={600} mb={4}>
            It answered {call.data.status}
          </Text>
          <Code block mah="14rem" style={{ overflow: 'auto' }}>
            {call.data.text}
          </Code>
        </div>
      )}
      {call.isError && (
        <Alert color="yellow" role="alert">
          The browser could not read an answer. Use the command above.
        </Alert>
      )}
      <Group justify="end">
        <Button variant="default" onClick={props.close}>
          I have kept it
        </Button>
      </Group>
    </Stack>
  );
}

function Copyable({ name, text }: { name: string; text: string }) {
  return (
    <Group wrap="nowrap" align="stretch" gap="xs">
      <Code block flex={1} data-testid={`subscription-${name}`} tabIndex={0}>
        {text}
      </Code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button
            variant="default"
            onClick={copy}
            aria-label={`Copy the ${name}`}
            leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
          >
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
    </Group>
  );
}
