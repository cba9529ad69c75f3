import { Alert, Button, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Problem } from '@/lib/api/problem';

/** What went wrong, in the platform's words, and a way to try again. */
export function ProblemAlert({ error, retry }: { error: Error; retry?: () => void }) {
  const problem = error instanceof Problem ? error.body : null;
  return (
    <Alert
      color="red"
      role="alert"
      icon={<IconAlertTriangle size={20} stroke={1.7} />}
      title={problem?.title ?? 'That did not work'}
    >
      {error.message !== problem?.title && <Text size="sm">{error.message}</Text>}
      {problem?.request_id !== undefined && (
        <Text size="xs" c="dimmed" mt={4} ff="monospace">
          request {problem.request_id}
        </Text>
      )}
      {retry !== undefined && (
        <Button size="xs" variant="default" mt="sm" onClick={retry}>
          Try again
        </Button>
      )}
    </Alert>
  );
}
