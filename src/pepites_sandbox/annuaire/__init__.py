"""A stand-in of the Annuaire Santé FHIR API v2, read only (annuaire-et-authentification §3): invented people."""
