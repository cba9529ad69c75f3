"""How invoices are paid: a port, and who implements it."""
