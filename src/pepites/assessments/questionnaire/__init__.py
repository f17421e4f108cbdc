"""FHIR Questionnaire engine (R4, SDC subset), without a base nor a screen (ADR 0026)."""
