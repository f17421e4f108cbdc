"""The cell's screens: worklist, card, person, separation, region (STIC-8, STIC-9)."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from tests.conftest import as_owner
from tests.identity.test_views import signed_in
from tests.regional.regional_factories import INS_A, cell, domain, feed, irp, open_doors, record_of, together

from pepites.common.actor import Actor
from pepites.common.errors import Refused
from pepites.regional.models import Card, Domain, Link, NonLink
from pepites.regional.values import Received

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader() -> Actor:
    return cell()


@pytest.fixture
def pair(reader: Actor) -> tuple[Received, Received]:
    first = feed(reader, domain("CHC"), "1", phones=("0694123456",))
    return first, feed(reader, domain("CHK"), "A", birth_name="KOUYOURY", phones=("0694123456",))


def card() -> Card:
    with as_owner():
        return Card.objects.filter(closed_at=None).first() or Card.objects.latest("pk")


def page(client: Client, name: str, *args: object, status: int = 200) -> str:
    answer = client.get(reverse(f"regional:{name}", args=args))
    assert answer.status_code == status
    return answer.content.decode()


def test_worklist_and_card(reader: Actor, pair: tuple[Received, Received]) -> None:
    client = signed_in(reader)
    text = page(client, "worklist")
    assert "KOUYOURI MARIE ANGE" in text
    assert "reste 6 j" in text
    assert "presque certain" in text
    text = page(client, "card", card().public_id)
    assert text.count('class="pp-differ"') == 1
    assert text.count('class="pp-match"') >= 5
    for words in (
        "même date de naissance",
        "Total",
        "Ne sont pas la même personne",
        "Escalader",
        "Hôpital CHC",
    ):
        assert words in text
    assert "<rect" in text
    assert "style=" not in text.split("<main")[1]
    assert "<title>Carte de rapprochement – Pépites</title>" in text


@pytest.mark.parametrize(
    ("query", "shown"),
    [("", 1), ("?domaine=CHK", 1), ("?domaine=LABO", 0), ("?age=18", 1), ("?age=65", 0), ("?classe=J", 0),
     ("?classe=A", 1), ("?classe=B", 0), ("?file=ins", 0), ("?file=faux&age=x&page=%C2%B2", 1), ("?page=9", 0)],
)  # fmt: skip
def test_filters(reader: Actor, pair: tuple[Received, Received], query: str, shown: int) -> None:
    answer = signed_in(reader).get(reverse("regional:worklist") + query)
    assert answer.status_code == 200
    assert answer.content.decode().count("data-pep-card>") == shown


def test_decide_then_the_next_card_is_taken(reader: Actor, pair: tuple[Received, Received]) -> None:
    feed(reader, domain("CHO"), "x", birth_name="POEKETI", given_names="ROSA", born=dt.date(1960, 2, 3))
    feed(reader, domain("CHY"), "y", birth_name="POEKETI", given_names="ROSA", born=dt.date(1960, 2, 3))
    client, first = signed_in(reader), card()
    answer = client.post(reverse("regional:card", args=[first.public_id]), {"decision": "lier", "reason": ""})
    assert answer.status_code == 302
    assert together(*pair)
    with as_owner():
        following = Card.objects.get(closed_at=None)
    assert answer["Location"] == reverse("regional:card", args=[following.public_id])
    assert following.locked_user_id == reader.user_id
    assert "Carte prise pour un quart d" in page(client, "card", following.public_id)


def test_errors_keep_what_was_typed(reader: Actor, pair: tuple[Received, Received]) -> None:
    client, url = signed_in(reader), reverse("regional:card", args=[card().public_id])
    answer = client.post(url, {"decision": "distinct", "reason": ""})
    assert answer.status_code == 422
    assert "en quelques mots pourquoi" in answer.content.decode()
    assert client.post(url, {"decision": "brûler"}).status_code == 422
    other = cell()
    signed_in(other).post(reverse("regional:take", args=[card().public_id]))
    answer = client.post(url, {"decision": "lier", "reason": "vus"})
    assert answer.status_code == 409
    assert "Un autre lecteur examine" in answer.content.decode()
    assert "se libère" in page(client, "card", card().public_id)


def test_second_reader_on_screen() -> None:
    one, two = cell(), cell()
    feed(one, domain("CHC"), "1", ins=INS_A)
    feed(one, domain("CHK"), "A")
    url = reverse("regional:card", args=[card().public_id])
    first, second = signed_in(one), signed_in(two)
    first.post(url, {"decision": "lier", "reason": "même passeport"})
    text = first.get(url).content.decode()
    assert "un autre lecteur doit donner le second" in text
    assert 'name="decision"' not in text
    assert "second avis attendu" in second.get(url).content.decode()
    second.post(url, {"decision": "lier", "reason": "vu aussi"})
    assert "Liée" in second.get(url).content.decode()


def test_person_then_separation_with_its_accesses(reader: Actor, pair: tuple[Received, Received]) -> None:
    client = signed_in(reader)
    client.post(reverse("regional:card", args=[card().public_id]), {"decision": "lier"})
    text = page(client, "person", irp(pair[0]))
    assert "KOUYOURY" in text
    assert "Défaire ce rapprochement" in text
    assert "Meilleurs traits" in text
    with as_owner():
        link = Link.objects.get(origin="manuel", active=True)
    url = reverse("regional:undo", args=[link.public_id])
    assert "Part qui reste" in client.get(url).content.decode()
    assert client.post(url, {"reason": ""}).status_code == 422
    done = client.post(url, {"reason": "erreur de lecture"}).content.decode()
    assert "Consultation d" in done
    assert not together(*pair)
    text = page(client, "person", irp(pair[0]))
    assert "Jugées deux personnes" in text
    with as_owner():
        apart = NonLink.objects.get()
    client.post(reverse("regional:lift", args=[apart.public_id]), {"reason": "vérifié"})
    assert "Jugées deux personnes" not in page(client, "person", irp(pair[0]))


def test_separate_one_record(reader: Actor) -> None:
    open_doors()
    first, second = feed(reader, domain("CHC"), "1"), feed(reader, domain("CHK"), "A")
    client = signed_in(reader)
    url = reverse("regional:separate", args=[second.record_public_id])
    assert client.get(url).status_code == 200
    assert "Identités séparées" in client.post(url, {"reason": "deux cousines"}).content.decode()
    assert not together(first, second)
    assert client.get(reverse("regional:separate", args=[record_of(first).public_id])).status_code == 200


def test_old_identifier_leads_to_the_new_person(reader: Actor, pair: tuple[Received, Received]) -> None:
    client = signed_in(reader)
    client.post(reverse("regional:card", args=[card().public_id]), {"decision": "lier"})
    assert irp(pair[0]) in page(client, "person", pair[1].regional_id)
    page(client, "person", "GF00000000000", status=404)


def test_region(reader: Actor, pair: tuple[Received, Received]) -> None:
    text = page(signed_in(reader), "region")
    for words in ("Hôpital CHC", "Charte signée le", "Identités actives", "0 sur 1 000", "pas encore mesurée"):
        assert words in text


def test_who_answers_for_a_domain(reader: Actor, pair: tuple[Received, Received]) -> None:
    client, where = signed_in(reader), record_of(pair[0]).domain
    assert "Indicateurs, référent et charte" in page(client, "region")
    url = reverse("regional:domain", args=[where.public_id])
    wrong = client.post(url, {"charter_signed_on": "2999-01-01"})
    assert wrong.status_code == 422
    assert "doit être passée" in wrong.content.decode()
    asked = {"referent": "Mme Essai", "charter_signed_on": "2026-01-05", "active": "on"}
    assert client.post(url, asked).status_code == 302
    with as_owner():
        where.refresh_from_db()
    assert (where.referent, where.charter_signed_on, where.active) == ("Mme Essai", dt.date(2026, 1, 5), True)
    client.post(url, {"referent": "Mme Essai"})
    with pytest.raises(Refused):
        feed(reader, Domain.objects.get(pk=where.pk), "9")
    page(client, "domain", pair[0].record_public_id, status=404)


def test_take_next_and_empty_queue(reader: Actor, pair: tuple[Received, Received]) -> None:
    client = signed_in(reader)
    answer = client.post(reverse("regional:take-next"), {"file": "candidats"})
    assert answer["Location"] == reverse("regional:card", args=[card().public_id])
    answer = client.post(reverse("regional:take-next"), {"file": "ins"})
    assert answer["Location"].endswith("?file=ins")


@pytest.mark.parametrize("name", ["worklist", "region"])
def test_only_the_cell_opens_them(actor_outside: Actor, name: str) -> None:
    page(signed_in(actor_outside), name, status=403)
