"""Pro Santé Connect is down: codes printed beforehand let in, for a few hours and for less (annuaire §6.4 b)."""
