import { Button, Card, Group, Stack, Text } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Page } from '@/components/Page';
import { ProblemAlert } from '@/components/ProblemAlert';
import { PromptBox } from './PromptBox';
import { Result } from './Result';
import { Stages } from './Stages';
import { useGeneration } from './useGeneration';

const TITLES = {
  idle: 'What should your API do?',
  running: 'Making it…',
  failed: 'That did not work',
  done: 'It is live',
};

export function GeneratePage() {
  const search: { prompt?: string } = useSearch({ strict: false });
  const [prompt, setPrompt] = useState(search.prompt ?? '');
  const generation = useGeneration();
  const { phase, progress, problem, result } = generation;
  return (
    <Page
      title={TITLES[phase]}
      lead={
        phase === 'idle'
          ? 'Say it in a sentence or two. It is planned, written and tested, then it is live.'
          : `“${generation.prompt}”`
      }
      actions={
        phase === 'done' && (
          <Button variant="default" onClick={generation.reset}>
            Make another
          </Button>
        )
      }
    >
      {phase === 'idle' && (
        <PromptBox
          value={prompt}
          onChange={setPrompt}
          onSubmit={(text) => void generation.start(text)}
        />
      )}
      {(phase === 'running' || phase === 'failed') && (
        <Stack gap="lg" maw="44rem">
          <Card>
            <Stages progress={progress} running={phase === 'running'} />
          </Card>
          {problem !== null && <ProblemAlert error={problem} />}
          <Group>
            <Button variant="default" onClick={generation.reset}>
              {phase === 'running' ? 'Cancel' : 'Change the sentence'}
            </Button>
            {phase === 'failed' && (
              <Button onClick={() => void generation.start(generation.prompt)}>Try again</Button>
            )}
          </Group>
          {problem?.code === 'needs_model' && (
            <Text size="sm" c="dimmed">
              Without a model, name the things you keep and their fields, such as “books with title,
              author and year”.
            </Text>
          )}
        </Stack>
      )}
      {phase === 'done' && result !== null && <Result result={result} />}
    </Page>
  );
}
