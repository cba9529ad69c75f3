import { useParams } from '@tanstack/react-router';

/** The API that the address names, by slug or id; on pages below /apis/$ref. */
export function useApiRef(): string {
  const { ref }: { ref?: string } = useParams({ strict: false });
  return ref ?? '';
}
