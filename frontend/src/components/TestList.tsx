import { Text } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import type { Schemas } from '@/lib/api/client';
import classes from './TestList.module.css';

/** What was tried on a revision, and how it went; what failed comes first. */
export function TestList({ checks }: { checks: Schemas['CheckOut'][] }) {
  const passed = checks.filter((check) => check.passed).length;
  const sorted = [...checks].sort((a, b) => Number(a.passed) - Number(b.passed));
  if (checks.length === 0) return <Text c="dimmed">It came with no tests of its own.</Text>;
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm">
        {passed} of {checks.length} passed
      </Text>
      <ul className={classes.list}>
        {sorted.map((check, index) => (
          <li key={`${check.name}-${index}`} className={classes.check} data-passed={check.passed}>
            <span className={classes.mark}>
              {check.passed ? (
                <IconCheck size={16} stroke={2.4} role="img" aria-label="passed" />
              ) : (
                <IconX size={16} stroke={2.4} role="img" aria-label="failed" />
              )}
            </span>
            <span>
              {check.name}
              {check.detail !== '' && <small className={classes.detail}>{check.detail}</small>}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
