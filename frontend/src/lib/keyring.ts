/** Keys that this tab has seen, by API. In memory alone: a reload forgets them. */
const keys = new Map<string, string>();

export const keyring = {
  get: (apiId: string): string | null => keys.get(apiId) ?? null,
  keep: (apiId: string, key: string): void => {
    keys.set(apiId, key);
  },
  clear: (): void => keys.clear(),
};
