"""``pepites identity explain`` on the base: the waterfall of two identities, journalled, without a name."""

import pytest
from django.db import connection
from tests.conftest import as_owner
from tests.regional.regional_factories import cell, domain, feed

from pepites.common.errors import DomainError
from pepites.regional.explaining import explained_pair

pytestmark = pytest.mark.django_db


def test_a_pair_is_explained_line_by_line_and_journalled() -> None:
    actor = cell()
    one = feed(actor, domain("CHC"), "1", phones=("0694123456",))
    feed(actor, domain("CHK"), "A", birth_name="KUYURI", sex="M", phones=("0694123456",))
    with as_owner():
        text = explained_pair("CHC:1", "CHK:A")
        assert text == explained_pair(str(one.record_public_id), "CHK:A")
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM audit_entry WHERE code = 'regional.card.read'")
            assert cursor.fetchone()[0] == 2
    assert "noms qui se prononcent pareil" in text
    assert "█" in text
    assert "Prudence : sexes différents." in text
    assert "KOUYOURI" not in text


def test_an_unknown_identity_is_said() -> None:
    feed(cell(), domain("CHC"), "1")
    with as_owner(), pytest.raises(DomainError, match="DOMAINE:identifiant"):
        explained_pair("CHC:1", "CHC:2")
