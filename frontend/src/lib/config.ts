import { z } from 'zod/mini';

const Config = z.object({
  supabase_url: z.nullable(z.string()),
  supabase_publishable_key: z.nullable(z.string()),
  gateway_url: z.string(),
  version: z.string(),
});

export type Config = z.infer<typeof Config>;

let current: Config | null = null;

/** The platform's public settings, read once before anything is shown. */
export async function loadConfig(): Promise<Config> {
  const answer = await fetch('/config.json');
  if (!answer.ok) throw new Error(`/config.json answers ${answer.status}`);
  current = Config.parse(await answer.json());
  return current;
}

export function config(): Config {
  if (current === null) throw new Error('loadConfig() first');
  return current;
}
