"""The only way for views to read the work around a person; row-level security filters underneath."""
