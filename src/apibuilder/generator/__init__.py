"""From a sentence to an API that works: plan, tests, code, policy check, sandbox, repair."""
