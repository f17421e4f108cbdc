"""Fills the regional server of a measured base with a fictional population, every record alone, by COPY."""

import csv
import datetime as dt
import json
import os
import sys
import tempfile
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql

SEED: Final = 47
CLIENT, OID = "mesure", "1.2.250.1.999.77"
_RECORD = (
    "id, public_id, domain_id, local_id, version, active, birth_name, first_given_name, given_names, birth_date,"
    " birth_date_precision, birth_date_interpreted, sex, birth_place_cog, used_name, used_given_name, mother_name,"
    " multiple_birth, commune_cog, phones, aliases, status, attributes, ins_oid, ins_matricule, ins_history, name_text,"
    " form, fed_in"
)


def main() -> None:
    """``python -m pepites.bench.region RECORDS DOMAINS``: one JSON line, what the measure must ask for."""
    import django

    django.setup()
    from pepites.regional.rekey import count_names

    records, domains = int(sys.argv[1]), int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        population(records, Path(folder))
        facts = _domains(domains)
        facts["loaded"] = load(Path(folder), domains)
        facts["counted"] = count_names()
    print(json.dumps(facts))  # noqa: T201 - read by the parent process


def population(records: int, folder: Path) -> None:
    """The same population for whoever asks for that size: ``identities.csv`` and ``truth.csv``."""
    from pepites.bench.population import generate

    generate(records, SEED).write(folder)


def readable(path: Path) -> Iterator[tuple[int, Any]]:
    """Rank and ``IncomingRecord`` of the rows that a domain could feed: a name, a given name and a whole date."""
    from pepites.common.errors import DomainError
    from pepites.identity.dates import PartialDate
    from pepites.identity.matching.standard import phone_key
    from pepites.identity.traits import IdentityTraits
    from pepites.regional.values import IncomingRecord

    with path.open(encoding="utf-8", newline="") as file:
        for rank, row in enumerate(csv.DictReader(file), start=1):
            try:
                traits = IdentityTraits(
                    row["birth_name"], "", f"{row['given_name']} {row['other_given']}".strip(),
                    PartialDate(dt.date.fromisoformat(row["birth_date"])), row["sex"] or "I",
                    row["birth_place"] or "99999", used_name=row["use_name"], mother_name=row["mother_given"],
                ).checked()  # fmt: skip
            except (ValueError, DomainError):
                continue
            if min(len(traits.birth_name), len(traits.given_names)) < 2:
                continue
            phones = (row["phone"],) if phone_key(row["phone"]) else ()
            yield rank, IncomingRecord(row["record_id"], traits, phones=phones, commune_cog=row["commune"])


def load(folder: Path, domains: int) -> int:
    """COPY of records, keys, persons and links, triggers and constraints being set aside; the number of records."""
    from pepites.regional.records import keys_of, row_of

    keys, owners = array("q"), array("q")
    done = 0
    with psycopg.connect(os.environ["PEPITES_BENCH_SUPERUSER"], autocommit=True) as base:
        base.execute("SET session_replication_role = replica")
        first = base.execute("SELECT min(id) FROM regional_domain WHERE code <> 'PEPITES'").fetchone()
        assert first is not None
        with base.cursor().copy(f"COPY regional_regionalrecord ({_RECORD}) FROM STDIN") as copy:
            for rank, record in readable(folder / "identities.csv"):
                row = row_of(record)
                for key in keys_of(record):
                    keys.append(key)
                    owners.append(rank)
                copy.write_row(_line(rank, first[0] + rank % domains, row))
                done += 1
        _keys(base, keys, owners)
        base.execute(
            "INSERT INTO regional_regionalperson (id, irp, status, active) SELECT id, 'GF' || lpad(id::text, 11, '0'),"
            " 'PROV', true FROM regional_regionalrecord"
        )
        base.execute(
            "INSERT INTO regional_link (id, public_id, record_id, person_id, origin, rule_version, terms, reason,"
            " batch, active, ended_reason) SELECT id, gen_random_uuid(), id, id, 'seul', '', '[]', '',"
            " gen_random_uuid(), true, '' FROM regional_regionalrecord"
        )
        for table in ("regionalrecord", "regionalperson", "link"):
            name = f"regional_{table}"
            highest = sql.SQL("SELECT setval(pg_get_serial_sequence({}, 'id'), (SELECT max(id) FROM {}))")
            base.execute(highest.format(sql.Literal(name), sql.Identifier(name)))
        base.execute("VACUUM ANALYZE")
    return done


def _line(rank: int, domain: int, row: dict[str, object]) -> tuple[object, ...]:
    return (
        rank, row["public_id"], domain, row["local_id"], 1, True, row["birth_name"], row["first_given_name"],
        row["given_names"], row["birth_date"], row["birth_date_precision"], False, row["sex"], row["birth_place_cog"],
        row["used_name"], "", row["mother_name"], False, row["commune_cog"], row["phones"], "[]", "PROV", [], "", "",
        "[]", row["name_text"], row["form"], 0,
    )  # fmt: skip


def _keys(base: psycopg.Connection[Any], keys: "array[int]", owners: "array[int]") -> None:
    from pepites.regional.functions.base import KEY_DATE

    base.execute("ALTER TABLE regional_recordkey DROP CONSTRAINT regional_recordkey_pkey")
    base.execute("CREATE TEMP TABLE held (key bigint, record_id bigint)")
    with base.cursor().copy("COPY held FROM STDIN (FORMAT binary)") as copy:
        copy.set_types(["int8", "int8"])
        for pair in zip(keys, owners, strict=True):
            copy.write_row(pair)
    base.execute(
        "INSERT INTO regional_recordkey (key, domain_id, record_id, year, day, weak) SELECT h.key, r.domain_id, r.id, "  # noqa: S608
        + KEY_DATE + " FROM held h JOIN regional_regionalrecord r ON r.id = h.record_id"
    )  # fmt: skip
    base.execute("ALTER TABLE regional_recordkey ADD PRIMARY KEY (key, domain_id, record_id) INCLUDE (year, day, weak)")


def _domains(count: int) -> dict[str, Any]:
    from joserfc.jwk import ECKey

    from pepites.accounts.models import ServiceClient
    from pepites.audit.unit import unit_of_work
    from pepites.common.actor import Channel, system_actor
    from pepites.common.clock import now
    from pepites.directory.models import Organization
    from pepites.regional import services

    actor = system_actor("mesure", channel=Channel.COMMAND)
    with unit_of_work(actor):
        for number in range(count):
            services.set_domain(actor=actor, code=f"MESURE{number}", name=f"Domaine {number}", oid=f"{OID}{number}")
    key = ECKey.generate_key("P-256", {"kid": CLIENT}, private=True)
    ServiceClient.objects.create(
        client_id=CLIENT, name="Mesure", organization=Organization.objects.create(name="Structure de mesure"),
        domain_system=f"{OID}0", jwks={"keys": [key.as_dict(private=False)]}, expires_at=now() + dt.timedelta(days=2),
        scopes=["ITI-78", "ITI-83", "ITI-104", "ITI-119"], certificate_sha256="",
    )  # fmt: skip
    return {"key": key.as_dict(private=True)}


if __name__ == "__main__":
    main()
