"""The server is temporary: everything exported, then nothing taken; Pépites goes on."""

import csv
import hashlib
import json
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from tests.conftest import as_owner
from tests.identity import identity_factories as known
from tests.regional.regional_factories import cell, domain, feed, irp

from pepites.audit.unit import unit_of_work
from pepites.common.actor import Channel, system_actor
from pepites.common.errors import Conflict, DomainError
from pepites.identity import services as identity
from pepites.regional.closure import announce_closure, close_server, export_links
from pepites.regional.models import RegionalRecord, RuleSet
from pepites.regional.selectors.domains import closure_words
from pepites.regional.services.links import link_records, unlink_record
from pepites.regional.tasks import count_names_at_night

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("essai", channel=Channel.COMMAND)


def closed(folder: Path) -> dict[str, int]:
    with as_owner(), unit_of_work(SYSTEM):
        return close_server(actor=SYSTEM, folder=folder)


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_everything_decided_is_exported_and_no_trait(tmp_path: Path) -> None:
    who = cell()
    one = feed(who, domain("CHC"), "K-1")
    two = feed(who, domain("CHL", oid="1.2.9"), "=L-9", birth_name="AUTRE", given_names="PERSONNE")
    with unit_of_work(who):
        link_records(
            actor=who, record_public_id=one.record_public_id, other_public_id=two.record_public_id, reason="vus"
        )
        unlink_record(actor=who, record_public_id=one.record_public_id, reason="deux personnes")
    folder = tmp_path / "export"
    with as_owner(), unit_of_work(SYSTEM):
        counts = export_links(actor=SYSTEM, folder=folder)
    links = lines(folder / "liens.csv")
    assert counts["liens.csv"] == len(links) >= 4
    now = {
        (row["domaine"], row["identifiant_local"]): row["identifiant_regional"]
        for row in links
        if row["lien_actif"] == "True"
    }
    assert now == {("CHC", "K-1"): irp(one), ("CHL", "'=L-9"): irp(two)}
    assert any(row["motif_de_fin"] for row in links)
    (apart,) = lines(folder / "non-liens.csv")
    assert {apart["identifiant_1"], apart["identifiant_2"]} == {"K-1", "'=L-9"}
    manifest = json.loads((folder / "manifeste.json").read_text())
    for name, said in manifest.items():
        assert said == {"lignes": counts[name], "sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest()}
    assert not any("KOUYOURI" in file.read_text() for file in folder.iterdir())
    assert all(file.stat().st_mode & 0o077 == 0 for file in folder.iterdir())
    with as_owner(), unit_of_work(SYSTEM), pytest.raises(DomainError, match="pas vide"):
        export_links(actor=SYSTEM, folder=folder)


def test_a_closure_is_announced_then_taken_back() -> None:
    with as_owner(), unit_of_work(SYSTEM):
        announce_closure(actor=SYSTEM, day=date(2027, 6, 30))
    assert closure_words() == "Le serveur régional fermera le 30/06/2027."
    with as_owner(), unit_of_work(SYSTEM):
        announce_closure(actor=SYSTEM, day=None)
    assert closure_words() == ""


def test_a_closed_server_takes_nothing_and_stops_no_admission(tmp_path: Path) -> None:
    who, where = cell(), domain("CHC")
    one = feed(who, where, "K-1")
    two = feed(who, domain("CHL", oid="1.2.9"), "L-9", birth_name="AUTRE", given_names="PERSONNE")
    nurse = known.actor()
    before = known.person(nurse)
    counts = closed(tmp_path / "export")
    assert counts["liens.csv"] == 3
    assert "fermé depuis" in closure_words()
    with pytest.raises(Conflict, match="fermé"):
        feed(who, where, "K-2")
    with pytest.raises(Conflict, match="fermé"), unit_of_work(who):
        link_records(
            actor=who, record_public_id=one.record_public_id, other_public_id=two.record_public_id, reason="vus"
        )
    with as_owner():
        held = RegionalRecord.objects.count()
    after = known.person(nurse, given_names="ROSALINE")
    with unit_of_work(nurse):
        identity.add_phone(actor=nurse, identity=known.identity_of(before), number="0694123456")
    other = known.actor(identity_cell=True)
    with unit_of_work(other):
        identity.ask_merge(actor=other, one=before.public_id, two=after.public_id, reason="même personne")
    with as_owner():
        assert RegionalRecord.objects.count() == held
    assert count_names_at_night(0) == 0
    with as_owner(), unit_of_work(SYSTEM), pytest.raises(Conflict, match="déjà fermé"):
        close_server(actor=SYSTEM, folder=tmp_path / "autre")


def test_the_region_page_says_it(tmp_path: Path) -> None:
    from tests.identity.test_views import signed_in

    who = cell()
    client: Client = signed_in(who)
    assert "Fin du serveur" not in client.get("/identite/region/").content.decode()
    closed(tmp_path / "export")
    assert "Fin du serveur" in client.get("/identite/region/").content.decode()
    with as_owner():
        assert RuleSet.objects.get(pk=1).closed_at is not None
