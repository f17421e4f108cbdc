"""Fixtures of the identity tests."""

from tests.identity.insi_factories import plug

__all__ = ["plug"]
