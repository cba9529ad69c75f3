import { zodResolver } from '@hookform/resolvers/zod';
import { PasswordInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useForm } from 'react-hook-form';
import { z } from 'zod/mini';
import { endRecovery, supabase } from '@/lib/supabase';
import { AuthForm } from './AuthForm';
import { password } from './credentials';
import { explain } from './explain';

const NewPassword = z.object({ password });

export function NewPasswordPage() {
  useEffect(endRecovery, []);
  const navigate = useNavigate();
  const { register, handleSubmit, formState, setError } = useForm({
    resolver: zodResolver(NewPassword),
  });
  const { errors, isSubmitting } = formState;
  const submit = handleSubmit(async (values) => {
    const { error } = await supabase().auth.updateUser(values);
    if (error === null) await navigate({ to: '/apis', replace: true });
    else setError('root', { message: explain(error) });
  });
  return (
    <AuthForm
      title="Choose a new password"
      lead="You stay signed in on this device."
      submit="Save it"
      busy={isSubmitting}
      error={errors.root?.message}
      onSubmit={(event) => void submit(event)}
    >
      <PasswordInput
        {...register('password')}
        label="New password"
        description="At least 8 characters."
        autoComplete="new-password"
        autoFocus
        size="md"
        error={errors.password?.message}
      />
    </AuthForm>
  );
}
