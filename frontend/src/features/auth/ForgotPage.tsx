import { zodResolver } from '@hookform/resolvers/zod';
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { z } from 'zod/mini';
import { TextLink } from '@/components/links';
import { supabase } from '@/lib/supabase';
import { AuthForm } from './AuthForm';
import { email } from './credentials';
import { explain } from './explain';
import { MailSent } from './MailSent';

const Forgot = z.object({ email });

export function ForgotPage() {
  const [sent, setSent] = useState<string | null>(null);
  const { register, handleSubmit, formState, setError } = useForm({
    resolver: zodResolver(Forgot),
  });
  const { errors, isSubmitting } = formState;
  const submit = handleSubmit(async (values) => {
    const { error } = await supabase().auth.resetPasswordForEmail(values.email, {
      redirectTo: `${location.origin}/new-password`,
    });
    if (error === null) setSent(values.email);
    else setError('root', { message: explain(error) });
  });
  if (sent !== null) return <MailSent to={sent} purpose="choose a new password" />;
  return (
    <AuthForm
      title="Reset your password"
      lead="We send you a link to choose a new one."
      submit="Send the link"
      busy={isSubmitting}
      error={errors.root?.message}
      onSubmit={(event) => void submit(event)}
      foot={
        <TextLink to="/sign-in" size="sm">
          Back to sign in
        </TextLink>
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
    </AuthForm>
  );
}
