"""Taking over the history that another tool holds: conversations, notes and documents, read-only (ADR 0032)."""
