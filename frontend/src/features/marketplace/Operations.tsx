import { Badge, Code, Group, Stack, Text } from '@mantine/core';
import { operations } from './operations';
import classes from './Operations.module.css';

const COLOURS: Record<string, string> = { GET: 'blue', DELETE: 'red' };

/** An API's documentation, made of its OpenAPI document; all of it is text. */
export function Operations({ document }: { document: unknown }) {
  const found = operations(document);
  if (found.length === 0) return <Text c="dimmed">Its document names no operations.</Text>;
  return (
    <Stack gap={0} className={classes.list}>
      {found.map((one) => (
        <div key={`${one.method} ${one.path}`} className={classes.one}>
          <Group gap="sm" wrap="nowrap" align="baseline">
            <Badge color={COLOURS[one.method] ?? 'green'} className={classes.method}>
              {one.method}
            </Badge>
            <Code className={classes.path}>{one.path}</Code>
          </Group>
          {one.summary !== '' && (
            <Text size="sm" mt={4} lineClamp={3}>
              {one.summary}
            </Text>
          )}
          {(one.parameters.length > 0 || one.takesBody) && (
            <Text size="xs" c="dimmed" mt={4}>
              {[
                ...one.parameters.map(
                  ({ name, where, required }) =>
                    `${name} (${where}${required ? '' : ', optional'})`,
                ),
                ...(one.takesBody ? ['a JSON body'] : []),
              ].join(' · ')}
            </Text>
          )}
        </div>
      ))}
    </Stack>
  );
}
