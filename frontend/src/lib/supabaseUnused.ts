/**
 * In place of supabase-js's clients for channels and files, which the dashboard does not use and
 * which would be a tenth of what a first visit loads (vite.config.ts). Only what its constructor
 * touches is here.
 */
export class RealtimeClient {
  setAuth(): Promise<void> {
    return Promise.resolve();
  }
}

export class StorageClient {
  readonly absent = true;
}

export class StorageApiError extends Error {}
