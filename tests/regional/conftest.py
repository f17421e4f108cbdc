"""Actors of the regional tests."""

import pytest
from tests import factories
from tests.conftest import as_owner

from pepites.common.actor import Actor


@pytest.fixture
def actor_outside(db: None) -> Actor:
    """A nurse who is no cell."""
    with as_owner():
        return factories.actor_for(factories.practice())
