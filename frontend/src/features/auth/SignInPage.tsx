import { zodResolver } from '@hookform/resolvers/zod';
import { PasswordInput, Text, TextInput } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useForm } from 'react-hook-form';
import { z } from 'zod/mini';
import { TextLink } from '@/components/links';
import { supabase } from '@/lib/supabase';
import { AuthForm } from './AuthForm';
import { email, safeNext } from './credentials';
import { explain } from './explain';

const SignIn = z.object({
  email,
  password: z.string().check(z.minLength(1, 'Type your password.')),
});

export function SignInPage() {
  const navigate = useNavigate();
  const { next }: { next?: string } = useSearch({ strict: false });
  const { register, handleSubmit, formState, setError } = useForm({
    resolver: zodResolver(SignIn),
  });
  const { errors, isSubmitting } = formState;
  const submit = handleSubmit(async (values) => {
    const { error } = await supabase().auth.signInWithPassword(values);
    if (error !== null) setError('root', { message: explain(error) });
    else await navigate({ to: safeNext(next), replace: true });
  });
  return (
    <AuthForm
      title="Welcome back"
      lead="Sign in to your APIs."
      submit="Sign in"
      busy={isSubmitting}
      error={errors.root?.message}
      onSubmit={(event) => void submit(event)}
      foot={
        <Text size="sm" c="dimmed">
          New here?{' '}
          <TextLink to="/sign-up" search={{ next }}>
            Create an account
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
      <div>
        <PasswordInput
          {...register('password')}
          label="Password"
          autoComplete="current-password"
          size="md"
          error={errors.password?.message}
        />
        <TextLink to="/forgot-password" size="sm" mt={6} display="inline-block">
          Forgot it?
        </TextLink>
      </div>
    </AuthForm>
  );
}
