import type { AuthError } from '@supabase/supabase-js';

const SENTENCES: Record<string, string> = {
  invalid_credentials:
    'E-mail and password do not belong together. Check both, or reset the password.',
  user_already_exists: 'There is an account with this e-mail already. Sign in instead.',
  email_exists: 'There is an account with this e-mail already. Sign in instead.',
  weak_password: 'That password is too easy to guess. Use a longer one.',
  email_not_confirmed: 'Open the link in the mail that we sent you, then sign in.',
  over_request_rate_limit: 'Too many attempts. Wait a minute, then try again.',
  over_email_send_rate_limit: 'A mail was sent just now. Wait a minute before you ask for another.',
  same_password: 'That is the password you have. Choose another one.',
  session_not_found: 'This link was used or is too old. Ask for another one.',
};

/** What Auth refused, as a sentence that says what to do. */
export function explain(error: AuthError): string {
  if (error.name === 'AuthRetryableFetchError') {
    return 'Sign-in cannot be reached just now. It may be starting: try again in a moment.';
  }
  return SENTENCES[error.code ?? ''] ?? error.message;
}
