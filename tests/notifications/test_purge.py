"""Notices read long ago leave at night; what is unread, recent, or an alert still to take in hand stays."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from tests.conftest import as_owner, as_role
from tests.coordination.factories import World, world

from pepites.common.clock import now
from pepites.notifications.models import Alert, Notification
from pepites.notifications.tasks import purge

pytestmark = pytest.mark.usefixtures("committed_database")


def a_notice(w: World, key: str, read_days: int | None, **values: Any) -> None:
    Notification.objects.create(
        practice=w.nurse, patient=w.patient, event="essai", key=key, title="Note", link="/",
        read_at=now() - timedelta(days=read_days) if read_days is not None else None, **values,
    )  # fmt: skip


def an_alert(w: World, key: str, **values: Any) -> Alert:
    return Alert.objects.create(patient=w.patient, event="essai", key=key, title="Note", link="/", **values)


def kept() -> set[str]:
    with as_owner():
        return set(Notification.objects.values_list("key", flat=True))


def test_only_what_was_read_long_ago_leaves(settings: Any) -> None:
    settings.PEPITES_NOTICES_KEPT_DAYS = 60
    w = world()
    with as_owner():
        a_notice(w, "ancienne", 61)
        a_notice(w, "recente", 59)
        a_notice(w, "non lue", None)
        a_notice(w, "alerte ouverte", 400, alert=an_alert(w, "ouverte"))
        a_notice(w, "alerte prise", 400, alert=an_alert(w, "prise", acknowledged_at=now(), acknowledged_by=w.nurse))
    with as_role("pepites_worker"):
        assert (purge(), purge()) == (2, 0)
    assert kept() == {"recente", "non lue", "alerte ouverte"}
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_entry WHERE code = 'notifications.purged'")
        assert cursor.fetchone()[0] == 1  # the journal says it, and still holds that they were told


@pytest.mark.parametrize(("days", "left"), [(0, {"lue"}), (1, {"lue"})])
def test_never_without_the_setting_nor_under_a_month(settings: Any, days: int, left: set[str]) -> None:
    settings.PEPITES_NOTICES_KEPT_DAYS = days
    w = world()
    with as_owner():
        a_notice(w, "lue", 29)
    with as_role("pepites_worker"):
        assert purge() == 0
    assert kept() == left


def test_a_screen_erases_nothing() -> None:
    w = world()
    with as_owner():
        a_notice(w, "lue", 400)
    with as_role("pepites_web"), connection.cursor() as cursor, pytest.raises(ProgrammingError), transaction.atomic():
        cursor.execute("SELECT notifications_purge(30)")
    assert kept() == {"lue"}
