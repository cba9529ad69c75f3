"""What subscriptions cost, and what becomes of their invoices."""
