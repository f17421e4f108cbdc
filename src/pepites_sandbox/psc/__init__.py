"""A stand-in of Pro Santé Connect: same addresses, claims and rules (annuaire §5), invented people."""
