"""One platform for every browser test of the whole: started once, in one worker."""

import tempfile
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser
from tests.cli.serving import pepites
from tests.e2e.platform import Desk, Platform, browser, start

from pepites.bench.directory_file import FIRST_DAY
from pepites.directory.national.invented import rpps, write


@pytest.fixture(scope="session")
def platform() -> Generator[Platform]:
    yield from start()


@pytest.fixture(scope="module")
def chromium() -> Generator[Browser]:
    with browser() as opened:
        yield opened


@pytest.fixture
def desk(platform: Platform, chromium: Browser) -> Generator[Desk]:
    opened = Desk(platform, chromium)
    yield opened
    for context in opened.contexts:
        with suppress(Exception):
            context.close()


MADE_BY_HER = (
    "JOIN directory_practitionerrole r ON r.id = t.author_id"
    " JOIN accounts_user u ON u.professional_id = r.professional_id WHERE u.login = 'jamayota'"
)


def _regional(platform: Platform) -> dict[str, str]:
    """A card of the cell, and a record that a reader linked."""
    card = platform.value("SELECT public_id FROM regional_card WHERE queue = 'candidats' ORDER BY id LIMIT 1")
    ((record, irp, link),) = platform.rows(
        "SELECT r.public_id, p.irp, l.public_id FROM regional_link l"
        " JOIN regional_regionalrecord r ON r.id = l.record_id JOIN regional_regionalperson p ON p.id = l.person_id"
        " WHERE l.active AND l.origin = 'manuel' ORDER BY l.id LIMIT 1"
    )
    domain = platform.value("SELECT public_id FROM regional_domain WHERE code = 'CHS'")
    return {"domain": str(domain), "card": str(card), "record": str(record), "irp": irp, "link": str(link)}


def _national(platform: Platform) -> str:
    """A small invented national directory, loaded as an operator does; the RPPS number of somebody in it."""
    with tempfile.TemporaryDirectory() as folder:
        file = write(Path(folder) / FIRST_DAY, 400)
        done = pepites(platform.var, "import", "professionals", str(file), "--force")
        assert done.returncode == 0, done.stderr
    return rpps(1)


@pytest.fixture(scope="module")
def places(platform: Platform) -> dict[str, str]:
    """Public ids the addresses need: a person with a full circle, their circle's conversation and the rest."""
    patient_pk, patient = platform.rows(
        "SELECT p.id, p.public_id FROM patients_patient p JOIN messaging_conversation c ON c.patient_id = p.id"
        " JOIN networks_network n ON n.slug = 'maia' JOIN coordination_pathway w"
        " ON w.patient_id = p.id AND w.network_id = n.id WHERE c.kind = 'circle' ORDER BY p.id LIMIT 1"
    )[0]
    one = platform.value
    return {
        "rpps": _national(platform),
        "patient": str(patient),
        "other": str(one("SELECT public_id FROM patients_patient WHERE id <> %s ORDER BY id DESC LIMIT 1", patient_pk)),
        "talk": str(one("SELECT public_id FROM messaging_conversation WHERE patient_id = %s LIMIT 1", patient_pk)),
        "team": str(one("SELECT public_id FROM messaging_conversation WHERE kind = 'team' LIMIT 1")),
        "message": str(
            one(
                "SELECT m.public_id FROM messaging_message m JOIN messaging_conversation c ON c.id = m.conversation_id"
                " WHERE c.patient_id = %s AND m.kind <> 'system' ORDER BY m.seq LIMIT 1",
                patient_pk,
            )
        ),
        "practice": str(
            one(
                "SELECT r.public_id FROM directory_practitionerrole r JOIN accounts_user u"
                " ON u.professional_id = r.professional_id WHERE u.login = 'ncorvo'"
            )
        ),
        "member": str(
            one(
                "SELECT public_id FROM coordination_careteammember WHERE patient_id = %s AND status = 'actif'"
                " ORDER BY id LIMIT 1",
                patient_pk,
            )
        ),
        "task": str(one("SELECT public_id FROM coordination_task WHERE patient_id = %s LIMIT 1", patient_pk)),
        "pathway": str(one("SELECT public_id FROM coordination_pathway WHERE patient_id = %s LIMIT 1", patient_pk)),
        "draft": _assessment(platform, patient_pk, "lawton", "a.public_id"),
        "assessment": _assessment(platform, patient_pk, "aggir", "a.public_id"),
        "form": _assessment(platform, patient_pk, "aggir", "f.public_id"),
        "appointment": str(
            one(
                "SELECT public_id FROM agenda_appointment WHERE patient_id IS NOT NULL AND starts_at > now()"
                " AND series IS NOT NULL ORDER BY id LIMIT 1"
            )
        ),
        "over": str(one("SELECT public_id FROM agenda_appointment WHERE state = 'honore' ORDER BY id LIMIT 1")),
        "measure": str(one("SELECT public_id FROM coordination_protectionmeasure ORDER BY id LIMIT 1")),
        "child": str(one("SELECT public_id FROM patients_patient WHERE first_given_name = 'KALINA' LIMIT 1")),
        "mother": str(one("SELECT public_id FROM patients_patient WHERE first_given_name = 'MALIANA' LIMIT 1")),
        "relative": str(one("SELECT public_id FROM coordination_circlerelative ORDER BY id LIMIT 1")),
        "reserved": str(one("SELECT public_id FROM coordination_liaisonnote WHERE reserved ORDER BY id LIMIT 1")),
        "unknown": str(uuid4()),
        "account": platform.account("mrobinel"),
        "machine": str(
            one(
                "INSERT INTO accounts_serviceclient (public_id, client_id, name, organization_id, domain_system,"
                " certificate_sha256, scopes, fr_core, is_active, expires_at) SELECT %s, 'gam-essai', 'GAM des essais',"
                " min(o.id), '1.2.250.1.999.40', repeat('ab', 32), '{ITI-83,ITI-104}', '2.2', true,"
                " now() + interval '1 year' FROM directory_organization o"
                " ON CONFLICT (client_id) DO UPDATE SET name = excluded.name RETURNING public_id",
                str(uuid4()),
            )
        ),
        "note": str(one(f"SELECT t.public_id FROM coordination_liaisonnote t {MADE_BY_HER} ORDER BY t.id LIMIT 1")),
        "own": str(
            one(f"SELECT t.public_id FROM messaging_message t {MADE_BY_HER} AND kind = 'text' ORDER BY t.id LIMIT 1")
        ),
        "consent": str(one("SELECT public_id FROM access_consentrecord WHERE patient_id = %s LIMIT 1", patient_pk)),
        **_regional(platform),
        "plan": str(one("SELECT public_id FROM coordination_careplan WHERE patient_id = %s LIMIT 1", patient_pk)),
        "concern": str(
            one("SELECT public_id FROM coordination_concern WHERE patient_id = %s ORDER BY id LIMIT 1", patient_pk)
        ),
        "opposition": str(
            one(
                "SELECT o.public_id FROM access_opposition o"
                " JOIN directory_practitionerrole r ON r.id = o.recorded_by_id"
                " JOIN accounts_user u ON u.professional_id = r.professional_id WHERE u.login = 'mrobinel'"
                " AND o.lifted_at IS NULL ORDER BY o.id LIMIT 1"
            )
        ),
        "entry": str(one("SELECT id FROM audit_entry WHERE %s = ANY(subject_ids) ORDER BY id LIMIT 1", patient_pk)),
        "participant": str(
            one(
                "SELECT r.public_id FROM messaging_conversationparticipant t"
                " JOIN directory_practitionerrole r ON r.id = t.practice_id"
                " JOIN messaging_conversation c ON c.id = t.conversation_id AND c.patient_id = %s"
                " WHERE t.left_at IS NULL ORDER BY t.id DESC LIMIT 1",
                patient_pk,
            )
        ),
    }


def _assessment(platform: Platform, patient_pk: int, code: str, column: str) -> str:
    return str(
        platform.value(
            f"SELECT {column} FROM assessments_assessment a JOIN assessments_formversion v ON v.id = a.form_version_id"
            " JOIN assessments_form f ON f.id = v.form_id WHERE a.patient_id = %s AND f.code = %s"
            " ORDER BY a.id LIMIT 1",
            patient_pk,
            code,
        )
    )
