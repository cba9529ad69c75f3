import { Button, Group, Kbd, Text, Textarea } from '@mantine/core';
import { getHotkeyHandler } from '@mantine/hooks';
import { IconArrowRight } from '@tabler/icons-react';
import { IDEAS } from './ideas';
import classes from './PromptBox.module.css';

const LONGEST = 4000;

interface PromptBoxProps {
  value: string;
  onChange: (value: string) => void;
  onSubmit: (prompt: string) => void;
}

export function PromptBox({ value, onChange, onSubmit }: PromptBoxProps) {
  const prompt = value.trim();
  const submit = () => {
    if (prompt !== '') onSubmit(prompt);
  };
  return (
    <>
      <form
        className={classes.box}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Textarea
          aria-label="What should your API do?"
          placeholder="A guest book with name, message and a rating from 1 to 5…"
          variant="unstyled"
          autosize
          autoFocus
          minRows={3}
          maxRows={14}
          maxLength={LONGEST}
          value={value}
          classNames={{ input: classes.input ?? '' }}
          onChange={(event) => onChange(event.currentTarget.value)}
          onKeyDown={getHotkeyHandler([['mod+Enter', submit]])}
        />
        <Group justify="space-between" className={classes.foot}>
          <Text size="xs" c="dimmed" visibleFrom="sm">
            <Kbd size="xs">Ctrl</Kbd> <Kbd size="xs">Enter</Kbd>
          </Text>
          <Button
            type="submit"
            size="md"
            disabled={prompt === ''}
            rightSection={<IconArrowRight size={18} />}
            ml="auto"
          >
            Make it
          </Button>
        </Group>
      </form>
      <div className={classes.ideas} role="group" aria-label="Examples">
        {IDEAS.map((idea) => (
          <button
            key={idea.title}
            type="button"
            className={classes.idea}
            onClick={() => onChange(idea.prompt)}
          >
            <strong>{idea.title}</strong>
            <span>{idea.prompt}</span>
          </button>
        ))}
      </div>
    </>
  );
}
