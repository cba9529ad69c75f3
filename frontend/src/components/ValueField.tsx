import { Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { CopyButton } from './CopyButton';
import classes from './ValueField.module.css';

/** Something to take along: an address or a key, whole and copied with one click. */
export function ValueField({
  label,
  value,
  note,
}: {
  label: string;
  value: string;
  note?: ReactNode;
}) {
  return (
    <div className={classes.field}>
      <Group justify="space-between" gap="xs">
        <span className={classes.label}>{label}</span>
        {note}
      </Group>
      <div className={classes.row}>
        <code className={classes.value} data-testid={label}>
          {value}
        </code>
        <CopyButton value={value} what={label} />
      </div>
    </div>
  );
}
