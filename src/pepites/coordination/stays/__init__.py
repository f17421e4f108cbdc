"""Stays in hospital, as the hospitals tell them (coordination P10): a port that the interfaces feed."""
