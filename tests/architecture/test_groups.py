"""Tests that cannot run side by side say so with ``xdist_group``: it must be obeyed (pytest 9.2 made it silent)."""

import os

import pytest


@pytest.mark.xdist_group("serve")
def test_a_group_is_obeyed(request: pytest.FixtureRequest) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        pytest.skip("essais non répartis : rien à grouper")
    assert request.node.nodeid.endswith("@serve")
