import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { compress } from './compress.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [react(), compress()],
  resolve: {
    alias: {
      '@': here('./src'),
      '@supabase/realtime-js': here('./src/lib/supabaseUnused.ts'),
      '@supabase/storage-js': here('./src/lib/supabaseUnused.ts'),
      '@schema': here('../supabase/functions/_shared/database.types.ts'),
    },
  },
  // The control process puts a fresh value in its place with every page.
  html: { cspNonce: '{csp-nonce}' },
  build: {
    target: 'es2023',
    // A font or picture as data: would need a wider policy.
    assetsInlineLimit: 0,
    // The budget test finds in it what a first load takes.
    manifest: true,
    chunkSizeWarningLimit: 4000,
    reportCompressedSize: false,
  },
  server: { proxy: { '^/(api|auth|rest|functions)/v1|^/config.json': 'http://127.0.0.1:8000' } },
});
