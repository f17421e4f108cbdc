"""The real front process of the messaging tests serves here too."""

from tests.messaging.conftest import served, shared_database

__all__ = ["served", "shared_database"]
