"""What the agenda shows; row-level security decides."""
