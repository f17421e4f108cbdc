"""What anybody may type in an address gets an answer, never an error of the server."""

import pytest
from tests.coordination.factories import signed_in, world

pytestmark = pytest.mark.django_db

ODD = (
    "/dossiers/{}/?reponse=abc", "/dossiers/{}/?auteur=²", "/dossiers/{}/?auteur=99999999999999999999",
    "/dossiers/{}/?avant=hier", "/dossiers/{}/?type=%00", "/dossiers/{}/acces/?page=²", "/file-active/?page=²",
    "/file-active/?commune=%00", "/file-active/?q=%00", "/discussions/?page=²", "/discussions/?page=999999999",
    "/discussions/recherche/?q=%00", "/discussions/nouvelle/?membres=abc", "/dossiers/{}/cercle/inviter/?practice=abc",
)  # fmt: skip


@pytest.mark.parametrize("address", ODD)
def test_an_odd_address_shows_its_page(address: str) -> None:
    w = world()
    assert signed_in(w.coordinator).get(address.format(w.patient.public_id)).status_code == 200


def test_a_person_who_is_no_identifier_is_not_found() -> None:
    assert signed_in(world().coordinator).get("/discussions/nouvelle/?personne=abc").status_code == 404
