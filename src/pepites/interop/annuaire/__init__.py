"""The Annuaire Santé FHIR API v2, on the wire (annuaire-et-authentification §3)."""
