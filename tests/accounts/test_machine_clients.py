"""Registering a machine client: what is asked of it, who may, and the command."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import OctKey
from tests import factories
from tests.accounts.machines import certificate, ec_key, pem, public_set, rsa_key
from tests.cli.serving import environment, pepites, prepared_var, remove
from tests.conftest import as_owner

from pepites.accounts.crypto import to_text
from pepites.accounts.machines.keys import checked_jwks
from pepites.accounts.machines.scopes import register_scopes
from pepites.accounts.services import NewClient, add_service_client, revoke_service_client
from pepites.audit.models import Entry
from pepites.audit.unit import unit_of_work
from pepites.cli.main import run
from pepites.common.actor import Actor, ActorKind, ActorRef
from pepites.common.errors import DomainError, Refused
from pepites.directory.models import Organization

register_scopes({"essai.lire": "Lire, pour les essais"})


@pytest.fixture
def structure() -> Organization:
    with as_owner():
        return factories.organization()


@pytest.fixture
def platform() -> Actor:
    with as_owner():
        user = factories.user(platform_admin=True)
    return Actor(ref=ActorRef(kind=ActorKind.HUMAN, user_id=user.pk), platform_admin=True, strong=True)


def asked(structure: Organization, **values: Any) -> NewClient:
    defaults = {
        "client_id": "gam-ouest", "name": "GAM de l'Ouest", "organization": structure, "scopes": ["essai.lire"],
        "domain_system": "urn:oid:1.2.250.1.999.4", "jwks": public_set(rsa_key()),
    }  # fmt: skip
    return NewClient(**defaults | values)


@pytest.mark.django_db
def test_the_platform_adds_and_revokes(structure: Organization, platform: Actor) -> None:
    with unit_of_work(platform):
        row = add_service_client(actor=platform, client=asked(structure))
        assert (row.domain_system, row.state) == ("1.2.250.1.999.4", "actif")
        with pytest.raises(DomainError, match="déjà"):
            add_service_client(actor=platform, client=asked(structure))
        revoke_service_client(actor=platform, client=row)
        with pytest.raises(DomainError, match="déjà révoqué"):
            revoke_service_client(actor=platform, client=row)
    with as_owner():
        row.refresh_from_db()
        codes = list(Entry.objects.order_by("id").values_list("code", flat=True))
    assert (row.state, row.revoked_by_id) == ("révoqué", platform.user_id)
    assert codes == ["accounts.client.created", "accounts.client.revoked"]


@pytest.mark.django_db
@pytest.mark.parametrize("values", [{"strong": False, "platform_admin": True}, {"strong": True}])
def test_nobody_else_does(structure: Organization, values: dict[str, bool]) -> None:
    actor = Actor(ref=ActorRef(kind=ActorKind.HUMAN, user_id=1), **values)
    with pytest.raises(Refused), unit_of_work(actor):
        add_service_client(actor=actor, client=asked(structure))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"client_id": "GAM"}, "minuscules"),
        ({"name": "a\x07"}, "nom"),
        ({"name": ""}, "nom"),
        ({"domain_system": "kourou"}, "OID"),
        ({"domain_system": "1.2.250 OR 1=1"}, "OID"),
        ({"jwks": None}, "clés publiques"),
        ({"certificate_sha256": "abc"}, "empreinte"),
        ({"scopes": ["tout"]}, "portée"),
        ({"scopes": []}, "au moins une portée"),
        ({"days": 0}, "durée"),
        ({"fr_core": "3"}, "génération"),
    ],
)
def test_what_is_wrong_is_said(structure: Organization, platform: Actor, values: dict[str, Any], words: str) -> None:
    with unit_of_work(platform), pytest.raises(DomainError) as refusal:
        add_service_client(actor=platform, client=asked(structure, **values))
    assert words.lower() in refusal.value.message.lower()


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (None, "JWKS"),
        ({"keys": []}, "JWKS"),
        ([1], "JWKS"),
        ({"keys": [1]}, "objet JSON"),
        ({"keys": [rsa_key().as_dict(private=True)]}, "clé privée"),
        ({"keys": [OctKey.generate_key(256).as_dict(private=True)]}, "clé privée"),
        ({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA"}]}, "RSA"),
        ({"keys": [{"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"}]}, "RSA"),
        ({"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]}, "illisible"),
        ({"keys": [{"kty": "RSA", "n": "!!", "e": "AQAB"}]}, "illisible"),
        ({"keys": [{"kty": "RSA"}]}, "illisible"),
        ({"keys": [{"kty": "RSA", "e": "AQAB", "n": to_text(b"\xff" * 128)}]}, "2048"),
        ({"keys": [ec_key().as_dict(private=False)] * 6}, "plus de 5"),
    ],
)
def test_only_sound_public_keys_are_kept(keys: object, words: str) -> None:
    with pytest.raises(DomainError) as refusal:
        checked_jwks(keys)
    assert words in refusal.value.message.replace("\u202f", "").replace("2 048", "2048")


def test_nothing_but_the_public_members_is_kept() -> None:
    raw = rsa_key().as_dict(private=False) | {"note": "x", "x5c": ["…"]}
    assert set(checked_jwks({"keys": [raw]})["keys"][0]) == {"kty", "n", "e", "kid"}


STRUCTURE = """
from pepites.cli.prepare import ready
with ready("owner"):
    from pepites.directory.models import Organization
    Organization.objects.create(name="CH de Kourou", sort_key="ch de kourou", kind="hopital", finess="970000001")
"""


@pytest.mark.slow
def test_the_command_adds_lists_and_revokes(tmp_path: Path) -> None:
    var = prepared_var()
    try:
        made = certificate()
        (tmp_path / "client.pem").write_bytes(pem(made))
        (tmp_path / "cles.json").write_text(json.dumps(public_set(ec_key())))
        add = ["admin", "client", "add", "gam-kourou", "--name", "GAM", "--domain", "1.2.250.1.999.4"]
        sources = ["--certificate", str(tmp_path / "client.pem"), "--jwks", str(tmp_path / "cles.json")]
        whole = [*add, "--structure", "970000001", "--scope", "ITI-83", *sources]
        missing = pepites(var, *whole)
        assert missing.returncode == 1
        assert "Aucune structure" in missing.stderr
        subprocess.run([sys.executable, "-c", STRUCTURE], env=environment(var), check=True)
        added = pepites(var, *whole)
        assert (added.returncode, added.stderr) == (0, "")
        assert "gam-kourou" in added.stdout
        listed = pepites(var, "admin", "client", "list")
        assert "gam-kourou\tactif\tCH de Kourou\t1.2.250.1.999.4\tITI-83" in listed.stdout
        assert pepites(var, *whole).returncode == 1
        assert pepites(var, "admin", "client", "revoke", "gam-kourou").returncode == 0
        assert "révoqué" in pepites(var, "admin", "client", "list").stdout
        unknown = pepites(var, "admin", "client", "revoke", "gam-ouest")
        assert unknown.returncode == 1
        assert "Aucun client" in unknown.stderr
    finally:
        remove(var)


def test_the_command_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "cles.json").write_text("{")
    add = ["admin", "client", "add", "gam-kourou", "--name", "GAM", "--domain", "1.2.3"]
    assert run(add) == 2
    assert "Il manque" in capsys.readouterr().err
    wrong = [*add, "--structure", "1", "--scope", "ITI-83", "--jwks"]
    assert run([*wrong, str(tmp_path / "cles.json")]) == 1
    assert "JSON" in capsys.readouterr().err
    assert run([*wrong, str(tmp_path / "absent.json")]) == 1
    assert "n'existe pas" in capsys.readouterr().err
