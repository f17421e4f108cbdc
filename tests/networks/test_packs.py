"""A network's pack: prepared by its administrators, published once for all, exported, imported; the database agrees."""

import copy
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from tests import factories
from tests.accounts.factories import account
from tests.conftest import as_owner

from pepites.access.selectors import build_actor
from pepites.accounts.models import User
from pepites.audit.models import Entry
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.errors import Conflict, DomainError, NotFound, Refused
from pepites.networks.models import Network, NetworkPack
from pepites.networks.packs import services
from pepites.networks.packs.models import PackState
from pepites.networks.packs.selectors import as_file, draft_of, history, in_force, value_of
from pepites.networks.services import ensure_pilot_networks

pytestmark = pytest.mark.django_db
STAGE: dict[str, Any] = {"title": "Premier contact", "days": 15, "hint": ""}


@pytest.fixture
def network() -> Network:
    with as_owner():
        return factories.network(name="Réseau des Fleuves", short_name="Fleuves")


def acting(user: User) -> Actor:
    practice = user.professional.practices.get() if user.professional else None
    return build_actor(user, practice.pk if practice else None)


def administrator(network: Network) -> Actor:
    with as_owner():
        user = account()
        factories.membership(network, user.professional.practices.get(), "administration")
    return acting(user)


def outsider(network: Network | None = None, role: str = "coordination") -> Actor:
    with as_owner():
        user = account()
        if network is not None:
            factories.membership(network, user.professional.practices.get(), role)
    return acting(user)


def published(actor: Actor, network: Network, **sections: Any) -> NetworkPack:
    """A version with those sections over the defaults."""
    with unit_of_work(actor):
        draft = services.open_draft(actor=actor, network=network)
        with as_owner():
            kept = draft.sections | sections
            NetworkPack.objects.filter(pk=draft.pk).update(sections=kept)
        return services.publish(actor=actor, network=network, revision=draft.revision, note="Pour l'essai")


def test_from_a_draft_to_a_version_in_force(network: Network) -> None:
    actor = administrator(network)
    assert in_force(network.pk) is None
    assert value_of(None, "etapes") == {"stages": []}
    with unit_of_work(actor):
        draft = services.open_draft(actor=actor, network=network)
        assert draft.sections["reseau"]["name"] == "Réseau des Fleuves"
        assert services.open_draft(actor=actor, network=network).pk == draft.pk
        code = services.add_row(actor=actor, network=network, key="etapes", parent=(), revision=1, values=STAGE)
        assert code == "premier-contact"
        again = services.add_row(actor=actor, network=network, key="etapes", parent=(), revision=2, values=STAGE)
        assert again == "premier-contact-2"
        services.move_row(actor=actor, network=network, key="etapes", path=(again,), revision=3, up=True)
        services.save_row(
            actor=actor, network=network, key="etapes", path=(again,), revision=4, values=STAGE | {"title": "Accueil"}
        )
        services.remove_row(actor=actor, network=network, key="etapes", path=(code,), revision=5)
        services.save_values(
            actor=actor, network=network, key="reseau", revision=6,
            values={"name": "Réseau du Fleuve", "short_name": "Fleuve", "colour": "3", "person_word": "patient"},
        )  # fmt: skip
    assert in_force(network.pk) is None
    with unit_of_work(actor):
        made = services.publish(actor=actor, network=network, revision=7, note="Première version")
    held = in_force(network.pk)
    assert held is not None
    assert (held.pk, held.number, held.published_by) == (made.pk, 1, actor.user_id)
    assert value_of(held, "etapes")["stages"] == [
        {"code": "premier-contact-2", "title": "Accueil", "days": 15, "hint": ""}
    ]
    network.refresh_from_db()
    assert (network.name, network.short_name, network.colour, network.person_word) == (
        "Réseau du Fleuve", "Fleuve", 3, "patient",
    )  # fmt: skip
    assert "Étapes du suivi : Étape « Accueil » ajoutée" in history(network)[0].changes
    with as_owner():
        assert Entry.objects.filter(code="networks.pack.published", object_id=network.slug).count() == 1


def test_two_editors_never_overwrite_each_other(network: Network) -> None:
    first, second = administrator(network), administrator(network)
    with unit_of_work(first):
        services.open_draft(actor=first, network=network)
        services.add_row(actor=first, network=network, key="etapes", parent=(), revision=1, values=STAGE)
    for work in (
        lambda: services.add_row(actor=second, network=network, key="etapes", parent=(), revision=1, values=STAGE),
        lambda: services.publish(actor=second, network=network, revision=1, note="Pour l'essai"),
        lambda: services.abandon(actor=second, network=network, revision=1),
    ):
        with pytest.raises(Conflict), unit_of_work(second):
            work()
    held = draft_of(network)
    with unit_of_work(first):
        held = draft_of(network)
        assert held is not None
        assert len(held.sections["etapes"]["stages"]) == 1


def test_a_version_that_says_nothing_new_or_is_unsound_is_not_published(network: Network) -> None:
    actor = administrator(network)
    published(actor, network, etapes={"stages": [{"code": "a", **STAGE}]})
    with unit_of_work(actor):
        draft = services.open_draft(actor=actor, network=network)
    for note, match in (("  ", "quelques mots"), ("Rien de neuf", "Rien n'a changé")):
        with pytest.raises(DomainError, match=match), unit_of_work(actor):
            services.publish(actor=actor, network=network, revision=draft.revision, note=note)
    with as_owner():
        broken = draft.sections | {"etapes": {"stages": [{"code": "a", "title": "", "days": None, "hint": ""}]}}
        NetworkPack.objects.filter(pk=draft.pk).update(sections=broken)
    with pytest.raises(DomainError, match="pas complets"), unit_of_work(actor):
        services.publish(actor=actor, network=network, revision=draft.revision, note="Incomplète")


def test_only_administrators_prepare_and_everybody_works_with_what_is_published(network: Network) -> None:
    actor, member = administrator(network), outsider(network)
    published(actor, network)
    with unit_of_work(actor):
        services.open_draft(actor=actor, network=network)
    with pytest.raises(Refused), unit_of_work(member):
        services.open_draft(actor=member, network=network)
    with unit_of_work(member):
        assert draft_of(network) is None
        assert in_force(network.pk) is not None


def test_the_database_itself_keeps_a_published_version_and_another_network_out(network: Network) -> None:
    actor = administrator(network)
    made = published(actor, network)
    with as_owner():
        other = factories.network()
    table = "networks_networkpack"
    columns = "public_id, network_id, number, state, sections, note, revision, edited_by, edited_at"
    with unit_of_work(actor), connection.cursor() as cursor:
        for statement in (
            f"UPDATE {table} SET note = 'réécrite' WHERE id = {made.pk}",
            f"DELETE FROM {table} WHERE id = {made.pk}",
        ):
            cursor.execute(statement)
            assert cursor.rowcount == 0, statement
        for statement in (
            f"INSERT INTO {table} ({columns})"
            f" VALUES (gen_random_uuid(), {other.pk}, 1, 'brouillon', '{{}}', '', 1, {actor.user_id}, now())",
            f"INSERT INTO {table} ({columns}, published_at)"
            f" VALUES (gen_random_uuid(), {network.pk}, 9, 'publie', '{{}}', '', 1, {actor.user_id},"
            " now(), now())",
            "INSERT INTO networks_network (public_id, slug, name, short_name, colour, person_word, settings, active)"
            " VALUES (gen_random_uuid(), 'pirate', 'P', 'P', 1, 'usager', '{}', true)",
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute(statement)


def test_a_new_network_is_opened_by_the_platform_only(network: Network) -> None:
    with as_owner():
        user = account(platform_admin=True)
    platform, actor = acting(user), administrator(network)
    known = {"name": "Oncologie du Maroni", "short_name": "Onco", "colour": 4, "person_word": "patient"}
    with pytest.raises(Refused), unit_of_work(actor):
        services.create_network(actor=actor, **known)
    with pytest.raises(DatabaseError), unit_of_work(actor), connection.cursor() as cursor:
        cursor.execute("SELECT networks_create('pirate', 'Pirate', 'Pirate', 1, 'usager')")
    with unit_of_work(platform):
        made = services.create_network(actor=platform, **known)
        assert made.slug == "onco"
        assert draft_of(made) is not None
    with pytest.raises(DomainError, match="nom court"), unit_of_work(platform):
        services.create_network(actor=platform, **known)
    with unit_of_work(platform):
        assert services.create_network(actor=platform, **known | {"short_name": "Nouveau"}).slug == "nouveau-2"


def test_a_pack_travels_from_one_network_to_another_but_for_its_name(network: Network) -> None:
    with as_owner():
        ensure_pilot_networks()
        perinat = Network.objects.get(slug="perinat")
    held = in_force(perinat.pk)
    assert held is not None
    content = as_file(perinat, held).encode()
    actor = administrator(network)
    with unit_of_work(actor):
        draft = services.import_pack(actor=actor, network=network, content=content)
        services.publish(actor=actor, network=network, revision=draft.revision, note="Comme Périnat")
    mine = in_force(network.pk)
    assert mine is not None
    assert {key: value for key, value in mine.sections.items() if key != "reseau"} == {
        key: value for key, value in held.sections.items() if key != "reseau"
    }
    network.refresh_from_db()
    assert network.name == "Réseau des Fleuves"


def test_an_unsound_pack_is_refused_whole_and_says_where(network: Network) -> None:
    actor = administrator(network)
    made = published(actor, network, etapes={"stages": [{"code": "a", **STAGE}]})
    wrong = copy.deepcopy(made)
    wrong.sections["etapes"]["stages"][0]["days"] = -3
    with pytest.raises(DomainError, match="etapes > a > days"), unit_of_work(actor):
        services.import_pack(actor=actor, network=network, content=as_file(network, wrong).encode())
    with unit_of_work(actor):
        assert draft_of(network) is None
        services.open_draft(actor=actor, network=network)
    with pytest.raises(Conflict, match="déjà en cours"), unit_of_work(actor):
        services.import_pack(actor=actor, network=network, content=as_file(network, made).encode())


def test_a_network_starts_again_from_an_earlier_version(network: Network) -> None:
    actor = administrator(network)
    first = published(actor, network, etapes={"stages": [{"code": "a", **STAGE}]})
    published(actor, network, etapes={"stages": []})
    with unit_of_work(actor):
        draft = services.start_from(actor=actor, network=network, number=first.number)
        assert draft.sections["etapes"] == first.sections["etapes"]
    with pytest.raises(NotFound), unit_of_work(actor):
        services.start_from(actor=actor, network=network, number=77)


def test_the_pilots_start_with_their_pack_and_keep_what_they_changed() -> None:
    with as_owner():
        ensure_pilot_networks()
        maia = Network.objects.get(slug="maia")
    actor = administrator(maia)
    published(actor, maia, etapes={"stages": []})
    with as_owner():
        ensure_pilot_networks()
        assert NetworkPack.objects.filter(network=maia, state=PackState.PUBLISHED).count() == 2
        assert value_of(in_force(maia.pk), "etapes") == {"stages": []}
