import { Tabs } from '@mantine/core';
import type { Call } from '@/lib/gatewayCall';
import { LANGUAGES, snippet } from '@/lib/snippets';
import { CodeBlock } from './code/CodeBlock';

/** One call in three languages. */
export function Snippets({ url, apiKey, call }: { url: string; apiKey: string; call: Call }) {
  return (
    <Tabs defaultValue="curl">
      <Tabs.List mb="sm">
        {LANGUAGES.map((language) => (
          <Tabs.Tab key={language} value={language}>
            {language}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {LANGUAGES.map((language) => (
        <Tabs.Panel key={language} value={language}>
          <CodeBlock text={snippet(language, url, apiKey, call)} label={`${language} snippet`} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
