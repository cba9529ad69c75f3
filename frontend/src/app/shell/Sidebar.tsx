import { ActionIcon, Box, Group, Stack, Text, Tooltip } from '@mantine/core';
import { IconLogout, IconMoon, IconSun } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useSession } from '@/lib/session';
import { supabase } from '@/lib/supabase';
import { Brand } from './Brand';
import { places } from './navigation';
import { useScheme } from './useScheme';
import classes from './Sidebar.module.css';

export function Sidebar() {
  const session = useSession();
  const [dark, toggleScheme] = useScheme();
  return (
    <Stack h="100%" p="md" gap="md">
      <Box visibleFrom="sm" px={6} py={4}>
        <Link to="/apis" className={classes.home}>
          <Brand />
        </Link>
      </Box>
      <nav aria-label="Main" className={classes.nav}>
        {places.map(({ label, to, icon: Icon }) => (
          <Link
            key={to}
            to={to}
            className={classes.link}
            activeProps={{ className: classes.active }}
          >
            <Icon size={19} stroke={1.7} aria-hidden />
            {label}
          </Link>
        ))}
      </nav>
      <Group justify="space-between" wrap="nowrap" className={classes.foot}>
        <Text size="xs" c="dimmed" truncate title={session?.user.email}>
          {session?.user.email}
        </Text>
        <Group gap={2} wrap="nowrap">
          <Tooltip label={dark ? 'Light theme' : 'Dark theme'}>
            <ActionIcon onClick={toggleScheme} aria-label={dark ? 'Light theme' : 'Dark theme'}>
              {dark ? <IconSun size={18} stroke={1.7} /> : <IconMoon size={18} stroke={1.7} />}
            </ActionIcon>
          </Tooltip>
          <Tooltip label="Sign out">
            <ActionIcon onClick={() => void supabase().auth.signOut()} aria-label="Sign out">
              <IconLogout size={18} stroke={1.7} />
            </ActionIcon>
          </Tooltip>
        </Group>
      </Group>
    </Stack>
  );
}
