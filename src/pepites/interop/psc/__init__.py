"""Pro Santé Connect, on the wire (annuaire-et-authentification §5 and §8)."""
