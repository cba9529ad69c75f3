import { useMutation, useQueryClient } from '@tanstack/react-query';
import { failed, undoable } from '@/components/undo';
import { api, data } from '@/lib/api/client';
import { type Key, keysQuery } from '@/lib/queries';

const GRACE_SECONDS = 3600;

/** Revokes at once on the screen, and a few seconds later on the platform unless it is undone. */
export function useRevoke(reference: string): (key: Key) => void {
  const client = useQueryClient();
  const { queryKey } = keysQuery(reference);
  const { mutate } = useMutation({
    mutationFn: (key: Key) =>
      data(api.DELETE('/api/v1/keys/{key_id}', { params: { path: { key_id: key.key_id } } })),
    onError: failed,
    onSettled: () => client.invalidateQueries({ queryKey }),
  });
  return (key) => {
    const before = client.getQueryData(queryKey);
    const now = new Date().toISOString();
    client.setQueryData(queryKey, (keys) =>
      keys?.map((one) => (one.key_id === key.key_id ? { ...one, revoked_at: now } : one)),
    );
    undoable(
      `${key.key_start}… is being revoked.`,
      () => mutate(key),
      () => client.setQueryData(queryKey, before),
    );
  };
}

export function useRotate(reference: string, onNewKey: (key: string) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (key: Key) =>
      data(
        api.POST('/api/v1/keys/{key_id}/rotate', {
          params: { path: { key_id: key.key_id } },
          body: { grace_seconds: GRACE_SECONDS },
        }),
      ),
    onSuccess: (made) => {
      onNewKey(made.api_key);
      return client.invalidateQueries({ queryKey: keysQuery(reference).queryKey });
    },
    onError: failed,
  });
}
