import { zodResolver } from '@hookform/resolvers/zod';
import { PasswordInput, Text, TextInput } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { z } from 'zod/mini';
import { TextLink } from '@/components/links';
import { supabase } from '@/lib/supabase';
import { AuthForm } from './AuthForm';
import { email, password, safeNext } from './credentials';
import { explain } from './explain';
import { MailSent } from './MailSent';

const SignUp = z.object({ email, password });

export function SignUpPage() {
  const navigate = useNavigate();
  const { next }: { next?: string } = useSearch({ strict: false });
  const [waiting, setWaiting] = useState<string | null>(null);
  const { register, handleSubmit, formState, setError } = useForm({
    resolver: zodResolver(SignUp),
  });
  const { errors, isSubmitting } = formState;
  const submit = handleSubmit(async (values) => {
    const { data, error } = await supabase().auth.signUp(values);
    if (error !== null) setError('root', { message: explain(error) });
    // A hosted project may want the address confirmed first.
    else if (data.session === null) setWaiting(values.email);
    else await navigate({ to: next === undefined ? '/new' : safeNext(next), replace: true });
  });
  if (waiting !== null) return <MailSent to={waiting} purpose="confirm your address" />;
  return (
    <AuthForm
      title="Create your account"
      lead="Your first API is one sentence away."
      submit="Create account"
      busy={isSubmitting}
      error={errors.root?.message}
      onSubmit={(event) => void submit(event)}
      foot={
        <Text size="sm" c="dimmed">
          Have one already?{' '}
          <TextLink to="/sign-in" search={{ next }}>
            Sign in
          </TextLink>
        </Text>
      }
    >
      <TextInput
        {...register('email')}
        label="E-mail"
        type="email"
        autoComplete="email"
        autoFocus
        size="md"
        error={errors.email?.message}
      />
      <PasswordInput
        {...register('password')}
        label="Password"
        description="At least 8 characters."
        autoComplete="new-password"
        size="md"
        error={errors.password?.message}
      />
    </AuthForm>
  );
}
