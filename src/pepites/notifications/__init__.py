"""Notices to professionals: what happened, to whom it is told, when and by which channel (coordination P10)."""
