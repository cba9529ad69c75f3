import '@fontsource-variable/bricolage-grotesque/index.css';
import '@fontsource-variable/instrument-sans/index.css';
import '@fontsource-variable/jetbrains-mono/index.css';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './theme/global.css';

import { createRoot } from 'react-dom/client';
import { loadConfig } from '@/lib/config';
import { startSupabase } from '@/lib/supabase';
import { App } from './App';
import { CannotStart } from './CannotStart';

const element = document.getElementById('root');
if (element === null) throw new Error('index.html has no #root');
const root = createRoot(element);

try {
  startSupabase(await loadConfig());
  root.render(<App />);
} catch {
  root.render(<CannotStart />);
}
