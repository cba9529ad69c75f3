import {
  Alert,
  Badge,
  Button,
  Group,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { type Answer, type Call, callApi } from '@/lib/gatewayCall';
import { milliseconds } from '@/lib/format';
import { CodeBlock } from '../code/CodeBlock';

interface TryItProps {
  url: string;
  apiKey: string;
  calls: Call[];
  /** Make the first call at once, so that one sees an answer and not an empty form. */
  atOnce?: boolean;
  onAnswer?: (answer: Answer) => void;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const name = (call: Call): string => `${call.method} ${call.path}`;

export function TryIt({ url, apiKey, calls, atOnce = false, onAnswer }: TryItProps) {
  const [call, setCall] = useState<Call>(calls[0] ?? { method: 'GET', path: '/' });
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: (wanted: Call) => callApi(url, apiKey, wanted),
    onSuccess: (answer) => onAnswer?.(answer),
  });
  useEffect(() => {
    // Twice only in development, where effects run twice.
    if (atOnce && calls[0] !== undefined) mutate(calls[0]);
  }, [atOnce, calls, mutate]);
  const takesBody = call.method !== 'GET' && call.method !== 'DELETE';
  return (
    <Stack
      gap="sm"
      component="form"
      onSubmit={(event) => {
        event.preventDefault();
        mutate(call);
      }}
    >
      {calls.length > 1 && (
        <Select
          label="Example"
          data={calls.map(name)}
          value={calls.map(name).includes(name(call)) ? name(call) : null}
          placeholder="your own"
          allowDeselect={false}
          onChange={(chosen) => setCall(calls.find((one) => name(one) === chosen) ?? call)}
        />
      )}
      <Group gap="xs" wrap="nowrap" align="end">
        <Select
          aria-label="Method"
          data={METHODS}
          value={call.method}
          allowDeselect={false}
          w={112}
          onChange={(method) => setCall({ ...call, method: method ?? 'GET' })}
        />
        <TextInput
          aria-label="Path"
          value={call.path}
          flex={1}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          onChange={(event) => setCall({ ...call, path: event.currentTarget.value })}
        />
        <Button type="submit" loading={isPending} leftSection={<IconPlayerPlay size={16} />}>
          Send
        </Button>
      </Group>
      {takesBody && (
        <Textarea
          label="Body (JSON)"
          autosize
          minRows={3}
          maxRows={14}
          value={call.body ?? ''}
          styles={{
            input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: '0.8125rem' },
          }}
          onChange={(event) => setCall({ ...call, body: event.currentTarget.value })}
        />
      )}
      {error !== null && (
        <Alert color="red" role="alert" title="No answer arrived">
          The gateway could not be reached from this browser. Check the connection, then send again.
        </Alert>
      )}
      {data !== undefined && <AnswerView answer={data} />}
    </Stack>
  );
}

function AnswerView({ answer }: { answer: Answer }) {
  const good = answer.status < 400;
  return (
    <div role="status" aria-label="Answer">
      <Group gap="xs" mb={6}>
        <Badge color={good ? 'green' : 'red'}>{answer.status}</Badge>
        <Text size="sm" c="dimmed" className="tabular">
          {milliseconds(answer.milliseconds)}
        </Text>
        <Text size="sm" c="dimmed">
          {answer.contentType.split(';')[0]}
        </Text>
      </Group>
      <CodeBlock text={answer.body === '' ? '(no body)' : answer.body} label="Answer body" />
    </div>
  );
}
