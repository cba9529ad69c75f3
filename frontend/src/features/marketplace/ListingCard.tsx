import { Badge, Card, Group, Text, Title } from '@mantine/core';
import { IconStarFilled } from '@tabler/icons-react';
import { TextLink } from '@/components/links';
import { money } from '@/lib/money';
import { Figures, TestBadge } from './Measured';
import type { Card as Found } from './queries';
import classes from './ListingCard.module.css';

export function ListingCard({ listing }: { listing: Found }) {
  return (
    <Card component="article" className={classes.card}>
      <Group justify="space-between" align="start" wrap="nowrap">
        <Title order={2} size="h3" lineClamp={2}>
          <TextLink
            to="/marketplace/$id"
            params={{ id: listing.id }}
            className={classes.link}
            underline="never"
            c="inherit"
          >
            {listing.title}
          </TextLink>
        </Title>
        <Badge color={listing.price_from_cents ? 'gray' : 'green'} className={classes.price}>
          {listing.price_from_cents ? `from ${money(listing.price_from_cents)}` : 'Free plan'}
        </Badge>
      </Group>
      <Text size="xs" c="dimmed">
        by @{listing.handle}
        {listing.attribution !== '' && ` · remix of ${listing.attribution}`}
      </Text>
      <Text size="sm" lineClamp={2} mt="xs" mih="2.9em">
        {listing.summary || 'No summary.'}
      </Text>
      <Figures of={listing} />
      <Group justify="space-between" mt="sm">
        <TestBadge of={listing} />
        {listing.rating_count > 0 && (
          <Text size="sm" className={classes.rating}>
            <IconStarFilled size={14} aria-hidden />
            {listing.rating_average} <span className={classes.of}>({listing.rating_count})</span>
          </Text>
        )}
      </Group>
    </Card>
  );
}
