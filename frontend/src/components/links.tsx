import { ActionIcon, Anchor, type AnchorProps, Button, type ButtonProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { ActionIconProps } from '@mantine/core';
import type { AnchorHTMLAttributes, Ref } from 'react';

type Attributes = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'style' | 'color'> & {
  ref?: Ref<HTMLAnchorElement>;
};

function AnchorOf(props: AnchorProps & Attributes) {
  return <Anchor {...props} />;
}

function ButtonOf(props: ButtonProps & Attributes) {
  return <Button component="a" {...props} />;
}

function ActionIconOf(props: ActionIconProps & Attributes) {
  return <ActionIcon component="a" {...props} />;
}

/** Mantine's looks, the router's typed addresses. */
export const TextLink = createLink(AnchorOf);
export const ButtonLink = createLink(ButtonOf);
export const IconLink = createLink(ActionIconOf);
