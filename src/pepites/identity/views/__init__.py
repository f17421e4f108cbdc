"""Screens of the identities."""
