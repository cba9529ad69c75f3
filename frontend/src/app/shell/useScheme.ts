import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core';

/** Whether it is dark, and what changes it. */
export function useScheme(): [boolean, () => void] {
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme('light', { getInitialValueInEffect: false }) === 'dark';
  return [dark, () => setColorScheme(dark ? 'light' : 'dark')];
}
