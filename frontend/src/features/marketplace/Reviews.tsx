import { Button, Card, Group, Rating, Stack, Text, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Markdown } from '@/components/Markdown';
import { ProblemAlert } from '@/components/ProblemAlert';
import { api } from '@/lib/api/client';
import { ago } from '@/lib/format';
import { useSession } from '@/lib/session';
import { type Listing, type Review, reviewsQuery } from './queries';

export function Reviews({ listing, mayReview }: { listing: Listing; mayReview: boolean }) {
  const me = useSession()?.user.id;
  const reviews = useQuery(reviewsQuery(listing.id));
  const mine = reviews.data?.find(({ user_id }) => user_id === me);
  return (
    <Stack>
      {reviews.isError && <ProblemAlert error={reviews.error} />}
      {mayReview && reviews.isSuccess && (
        <Write key={mine?.updated_at ?? 'new'} listing={listing.id} mine={mine} />
      )}
      {reviews.data?.length === 0 && (
        <Text c="dimmed">
          No reviews yet. {mayReview ? '' : 'Who has subscribed can write one.'}
        </Text>
      )}
      {reviews.data?.map((one) => (
        <One key={one.id} review={one} canAnswer={listing.user_id === me} />
      ))}
    </Stack>
  );
}

function One({ review, canAnswer }: { review: Review; canAnswer: boolean }) {
  return (
    <Card component="article" padding="md">
      <Group justify="space-between">
        <Rating value={review.rating} readOnly size="sm" />
        <Text size="xs" c="dimmed">
          @{review.public_profiles.handle} · {ago(review.updated_at)}
        </Text>
      </Group>
      {review.body !== '' && <Markdown text={review.body} />}
      {review.answer !== '' && (
        <Card mt="sm" padding="sm">
          <Text size="xs" c="dimmed" mb={2}>
            The maker answers
          </Text>
          <Markdown text={review.answer} />
        </Card>
      )}
      {canAnswer && <Answer key={review.answer} review={review} />}
    </Card>
  );
}

function Write({ listing, mine }: { listing: string; mine: Review | undefined }) {
  const [rating, setRating] = useState(mine?.rating ?? 0);
  const [body, setBody] = useState(mine?.body ?? '');
  const queries = useQueryClient();
  const put = useMutation({
    mutationFn: () =>
      api.PUT('/api/v1/listings/{listing_id}/review', {
        params: { path: { listing_id: listing } },
        body: { rating, body },
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['listing', listing] }),
  });
  return (
    <Card padding="md">
      <Rating value={rating} onChange={setRating} getSymbolLabel={(value) => `${value} of 5`} />
      <Textarea
        mt="sm"
        autosize
        minRows={2}
        maxLength={4000}
        label="Your review"
        description="What you used it for, and how it went."
        value={body}
        onChange={({ currentTarget }) => setBody(currentTarget.value)}
      />
      {put.isError && <ProblemAlert error={put.error} />}
      <Group mt="sm">
        <Button disabled={rating === 0} loading={put.isPending} onClick={() => put.mutate()}>
          {mine === undefined ? 'Publish the review' : 'Change the review'}
        </Button>
      </Group>
    </Card>
  );
}

function Answer({ review }: { review: Review }) {
  const [text, setText] = useState(review.answer);
  const queries = useQueryClient();
  const put = useMutation({
    mutationFn: () =>
      api.PUT('/api/v1/reviews/{review_id}/answer', {
        params: { path: { review_id: review.id } },
        body: { answer: text },
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['listing', review.listing_id] }),
  });
  return (
    <Group align="end" mt="sm" gap="sm">
      <Textarea
        flex={1}
        autosize
        maxLength={2000}
        label="Your answer"
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
      />
      <Button
        variant="default"
        disabled={text === review.answer}
        loading={put.isPending}
        onClick={() => put.mutate()}
      >
        Answer
      </Button>
    </Group>
  );
}
