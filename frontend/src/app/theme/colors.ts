import type { MantineColorsTuple } from '@mantine/core';

/** Warm paper and ink; one hot accent, used where something happens. */
export const gray: MantineColorsTuple = [
  '#fbfaf7',
  '#f4f2ec',
  '#eae7de',
  '#dbd6ca',
  '#bdb6a8',
  '#8e8677',
  '#696255',
  '#4d473d',
  '#312d27',
  '#1b1916',
];

/** As Mantine reads it: text 0, dimmed 2, borders 4, raised 6, body 7. */
export const dark: MantineColorsTuple = [
  '#ece8df',
  '#cfc9bd',
  '#a79f91',
  '#7b7466',
  '#423d36',
  '#322e28',
  '#24211d',
  '#191714',
  '#12110e',
  '#0b0a09',
];

export const ember: MantineColorsTuple = [
  '#fff2ec',
  '#ffe1d3',
  '#ffc3a8',
  '#ff9f76',
  '#fb7f4b',
  '#f2652b',
  '#d94f17',
  '#b8400f',
  '#933310',
  '#742b10',
];

export const moss: MantineColorsTuple = [
  '#eff7ef',
  '#dcecdd',
  '#b7d8ba',
  '#8fc195',
  '#68a972',
  '#459055',
  '#2f7a42',
  '#236434',
  '#1d4f2b',
  '#173f23',
];

export const crimson: MantineColorsTuple = [
  '#fff0f2',
  '#ffdde2',
  '#fdb8c3',
  '#f78c9e',
  '#ee5f79',
  '#df3a59',
  '#c4203f',
  '#a51633',
  '#84142b',
  '#6a1325',
];

export const amber: MantineColorsTuple = [
  '#fff8e6',
  '#fdedc4',
  '#f9da8b',
  '#f2c350',
  '#e5aa22',
  '#c98f0d',
  '#a5730a',
  '#82590c',
  '#66460f',
  '#52380f',
];

export const slate: MantineColorsTuple = [
  '#eef3f8',
  '#dbe5ef',
  '#b8cadf',
  '#90abcb',
  '#6b8cb5',
  '#4d719f',
  '#3b5d8a',
  '#2f4b71',
  '#263c5a',
  '#1f3049',
];
