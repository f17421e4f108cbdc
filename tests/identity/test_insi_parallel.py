"""Two people decide the same answer of INSi at the same time: one wins, the other is told; really committed."""

import threading
from typing import Any

import pytest
from django.db import connections
from tests.identity.identity_factories import actor, person
from tests.identity.insi_factories import MATRICULE, accept, answered, ask, numbers_of

from pepites.common.errors import Conflict

pytestmark = pytest.mark.usefixtures("committed_database")


def test_two_acceptances_at_once_give_one_number(plug: Any) -> None:
    nurse = actor()
    patient = person(nurse)
    plug(answered())
    call = ask(nurse, patient)
    outcomes: list[str] = []
    gate = threading.Barrier(2)

    def decide() -> None:
        gate.wait()
        try:
            outcomes.append(accept(nurse, call).status)
        except Conflict:
            outcomes.append("conflit")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=decide) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["RECUP", "conflit"]
    assert numbers_of(patient) == [(MATRICULE, True)]
