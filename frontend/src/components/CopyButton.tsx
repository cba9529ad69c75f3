import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';

/** Copies, and says that it did. With `label` it is a button with words. */
export function CopyButton({
  value,
  what,
  label,
}: {
  value: string;
  what: string;
  label?: string;
}) {
  const { copy, copied } = useClipboard({ timeout: 2000 });
  const icon = copied ? <IconCheck size={17} stroke={1.8} /> : <IconCopy size={17} stroke={1.8} />;
  if (label !== undefined) {
    return (
      <Button
        size="xs"
        variant="default"
        leftSection={icon}
        onClick={() => copy(value)}
        aria-label={`Copy ${what}`}
      >
        {copied ? 'Copied' : label}
      </Button>
    );
  }
  return (
    <Tooltip label={copied ? 'Copied' : `Copy ${what}`}>
      <ActionIcon onClick={() => copy(value)} aria-label={`Copy ${what}`}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}
