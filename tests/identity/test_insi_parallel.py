"""Answers of INSi really committed: two decisions at once, and what yesterday's answer no longer allows."""

import json
import threading
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from tests.identity.identity_factories import actor, person
from tests.identity.insi_factories import MATRICULE, accept, answered, ask, number, numbers_of

from pepites.audit.unit import unit_of_work
from pepites.common.errors import Conflict
from pepites.identity.insi.sealing import fingerprint
from pepites.identity.models import DomainIdentity

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


def test_2_6_5_an_answer_accepted_yesterday_gives_no_other_number(plug: Any) -> None:
    """The base asks for an answer accepted in the same transaction: nothing else writes a number or a trait."""
    nurse = actor()
    patient = person(nurse)
    plug(answered())
    one = accept(nurse, ask(nurse, patient))
    other = number()
    active = json.dumps({"oid": other.oid, "matricule": other.matricule, "fingerprint": fingerprint(other)})
    with unit_of_work(nurse):
        for source in ("insi", "appcv"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT identity_store_ins(%s, %s, 'demonstration', %s, '[]')", [one.pk, source, active])
        with pytest.raises(DatabaseError), transaction.atomic():
            DomainIdentity.objects.filter(pk=one.pk).update(birth_name="AUTRE")
    assert numbers_of(patient) == [(MATRICULE, True)]
