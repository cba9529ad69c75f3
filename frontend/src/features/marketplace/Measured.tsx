import { Group, Text, Tooltip } from '@mantine/core';
import { IconCircleCheck, IconCircleDashed, IconCircleX } from '@tabler/icons-react';
import { ago, count, milliseconds, share } from '@/lib/format';
import classes from './Measured.module.css';

interface Tests {
  tests_passed: number | null;
  tests_total: number | null;
  tests_replayed_at: string | null;
}

/** What the platform saw when it last ran the API's own tests. Nobody can claim it. */
export function TestBadge({ of }: { of: Tests }) {
  if (of.tests_replayed_at === null || of.tests_total === null) {
    return (
      <Stamp icon={IconCircleDashed} tone="none" text="Tests not run yet">
        The platform runs the API’s own tests soon after it is listed.
      </Stamp>
    );
  }
  if (of.tests_total === 0) {
    return (
      <Stamp icon={IconCircleDashed} tone="none" text="No tests of its own">
        Its maker brought no tests, so there is nothing to replay.
      </Stamp>
    );
  }
  const good = of.tests_passed === of.tests_total;
  return (
    <Stamp
      icon={good ? IconCircleCheck : IconCircleX}
      tone={good ? 'good' : 'bad'}
      text={`${of.tests_passed ?? 0} of ${of.tests_total} tests pass`}
    >
      {`Run by the platform in a fresh sandbox, ${ago(of.tests_replayed_at)}.`}
    </Stamp>
  );
}

function Stamp(props: {
  icon: typeof IconCircleCheck;
  tone: 'good' | 'bad' | 'none';
  text: string;
  children: string;
}) {
  const { icon: Icon } = props;
  return (
    <Tooltip label={props.children} multiline maw={260}>
      <span className={classes.stamp} data-tone={props.tone}>
        <Icon size={16} stroke={2} aria-hidden />
        {props.text}
      </span>
    </Tooltip>
  );
}

interface Figures {
  uptime: number | null;
  p95_ms: number | null;
  calls_30_days: number;
}

export function Figures({ of }: { of: Figures }) {
  return (
    <Group gap="lg" className={classes.figures}>
      <Figure name="Uptime" value={of.uptime === null ? '–' : share(of.uptime)} />
      <Figure name="p95" value={milliseconds(of.p95_ms)} />
      <Figure name="Calls in 30 days" value={count(of.calls_30_days)} />
    </Group>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <Text fw={600} className="tabular">
        {value}
      </Text>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
    </div>
  );
}
