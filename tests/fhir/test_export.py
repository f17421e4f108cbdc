"""The file of one person as one Bundle: everything the actor may read, and nothing else (design §6; §2)."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import factories
from tests.assessments.factories import library
from tests.assessments.factories import typed as typed_answers
from tests.conftest import as_owner
from tests.coordination.factories import World, world
from tests.coordination.plan_factories import SECRET, Planned, add, planned, publish
from tests.fhir.r4_check import assert_valid
from tests.identity import identity_factories as known
from tests.identity.test_collisions import decided, told

from pepites.access.enums import ConsentMode
from pepites.access.models import ConsentRecord
from pepites.assessments import services as assessments
from pepites.audit.models import Entry
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Channel, system_actor
from pepites.common.errors import DomainError, Refused
from pepites.common.identifiers import new_uuid
from pepites.coordination import services
from pepites.coordination.models import CareTeamMember, LiaisonNote, Referral
from pepites.coordination.referrals.services import send_referral
from pepites.coordination.referrals.values import Asked
from pepites.coordination.relatives.services import welcome_relative
from pepites.directory.models import PractitionerRole
from pepites.fhir.exports.bundle import export_patient
from pepites.fhir.exports.command import bundle_for, run
from pepites.fhir.mappers import fr_core
from pepites.fhir.mappers import guides as g
from pepites.fhir.mappers.notes import from_document_reference
from pepites.patients.models import Patient

pytestmark = pytest.mark.django_db
SEALED, HEALTH, YOUNG = "Elle a peur de rentrer", "Douleurs la nuit", "Contraception demandée"


def exported(w: World, name: str = "coordinator") -> dict[str, Any]:
    with as_owner():
        patient = Patient.objects.get(pk=w.patient.pk)
    with w.acting(name) as actor:
        return export_patient(actor=actor, patient=patient)


def exported_by(w: World, practice: PractitionerRole) -> dict[str, Any]:
    with as_owner():
        actor = factories.actor_for(practice)
    with unit_of_work(actor):
        return export_patient(actor=actor, patient=Patient.objects.get(pk=w.patient.pk))


def exported_by_operator(w: World) -> dict[str, Any]:
    actor = system_actor("fhir_export", channel=Channel.COMMAND)
    with as_owner(), unit_of_work(actor):
        return export_patient(actor=actor, patient=Patient.objects.get(pk=w.patient.pk))


def resources(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one["resource"] for one in bundle["entry"] if one["resource"]["resourceType"] == kind]


def full() -> Planned:
    """A file with something of every kind."""
    p = planned()
    w = p.w
    publish(p)
    with w.acting("coordinator") as actor:
        contact = services.add_contact(
            actor=actor, patient_id=w.patient.pk, family_name="SAINT", given_name="Rose", phones="0694000001",
            relation="voisin", caregiver=True,
        )  # fmt: skip
        welcome_relative(
            actor=actor, patient_id=w.patient.pk, contact=contact, rights=["agenda"], mode=ConsentMode.ORAL
        )
        version = library()["mini-gds"]
        w.patient.refresh_from_db()
        one = assessments.start_assessment(actor=actor, patient=w.patient, version=version)
        answers = typed_answers(version, decourage="oui", vide="non", heureux="oui", desespere="non")
        assessments.finish_assessment(actor=actor, assessment=one, answers=answers, version=1)
    with w.acting("nurse") as actor:
        first = services.add_liaison_note(actor=actor, patient_id=w.patient.pk, type="OBS", text=HEALTH, emergency=True)
        services.add_liaison_note(actor=actor, patient_id=w.patient.pk, type="GEN", text="Vu.", reply_to=first)
        services.add_liaison_note(actor=actor, patient_id=w.patient.pk, type="OBS", text=SEALED, readers=[])
        asked = Asked(motive="Chutes répétées", family_name="Tabo", informed=True)
        referral = send_referral(actor=actor, asked=asked, key=new_uuid(), network=w.network)
    with as_owner():
        Referral.objects.filter(pk=referral.pk).update(patient=w.patient)
    return p


def test_the_bundle_holds_every_concept_with_its_profile() -> None:
    bundle = exported(full().w)
    kinds = Counter(one["resource"]["resourceType"] for one in bundle["entry"])
    assert kinds == Counter({
        "Patient": 1, "CareTeam": 1, "RelatedPerson": 1, "Consent": 2, "EpisodeOfCare": 1, "ServiceRequest": 1,
        "QuestionnaireResponse": 1, "CarePlan": 1, "Condition": 2, "Goal": 3, "Task": 2, "DocumentReference": 2,
        "Practitioner": 3, "PractitionerRole": 3, "Organization": 4,
    })  # fmt: skip
    [team] = resources(bundle, "CareTeam")
    assert team["meta"]["profile"] == [g.CARE_TEAM]
    assert len(team["participant"]) == 3
    assert {one["meta"]["profile"][0] for one in resources(bundle, "DocumentReference")} == {g.NOTE}
    [relative] = resources(bundle, "RelatedPerson")
    codes = {coding["code"] for held in relative["relationship"] for coding in held["coding"]}
    assert codes == {"CAREGIVER", "NBOR"}
    first, reply = (from_document_reference(one) for one in resources(bundle, "DocumentReference"))
    assert (first.text, first.emergency, reply.reply_to.reference) == (HEALTH, True, f"urn:uuid:{first.id}")
    assert resources(bundle, "Task")[0]["restriction"]["period"]["end"]


def test_it_follows_r4_and_every_reference_is_found_in_it(settings: Any) -> None:
    p = full()
    with p.w.acting("coordinator") as actor:
        services.oppose(actor=actor, patient_id=p.w.patient.pk, practice_id=p.w.outsider.pk)
    for tddui in (False, True):
        settings.PEPITES_FHIR_TDDUI = tddui
        bundle = exported(p.w)
        assert_valid([bundle, *(one["resource"] for one in bundle["entry"])])
        assert ("tddui-goal" in json.dumps(bundle)) is tddui
    urls = [one["fullUrl"] for one in bundle["entry"]]
    assert len(urls) == len(set(urls))
    assert set(references(bundle["entry"])) <= set(urls)
    assert [one["provision"]["type"] for one in resources(bundle, "Consent")] == ["permit", "permit", "deny"]


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        here = [value["reference"]] if isinstance(value.get("reference"), str) else []
        return here + [ref for child in value.values() for ref in references(child)]
    return [ref for child in value for ref in references(child)] if isinstance(value, list) else []


def test_what_is_above_the_level_stays(settings: Any) -> None:
    p = full()
    settings.PEPITES_FHIR_TDDUI = True
    said = json.dumps(exported_by(p.w, p.social), ensure_ascii=False)
    assert SECRET not in said
    assert HEALTH not in said
    assert "Logement inadapté" in said
    assert "QuestionnaireResponse" not in said
    whole = json.dumps(exported(p.w), ensure_ascii=False)
    assert SECRET in whole


def words_of(bundle: dict[str, Any]) -> str:
    notes = [from_document_reference(one).text for one in resources(bundle, "DocumentReference")]
    return json.dumps([bundle, notes], ensure_ascii=False)


def test_notes_are_cut_by_level_too() -> None:
    p = full()
    assert HEALTH not in words_of(exported_by(p.w, p.social))
    assert HEALTH in words_of(exported(p.w))


def test_what_is_reserved_or_a_minors_secret_leaves_by_no_file_even_the_operators() -> None:
    p = full()
    with as_owner():
        note = LiaisonNote.objects.get(text=SEALED)
        assert note.reserved
        LiaisonNote.objects.filter(text="Vu.").update(minor_secret=True, text=YOUNG)
    for bundle in (exported(p.w), exported(p.w, "nurse"), exported_by_operator(p.w)):
        assert HEALTH in words_of(bundle)
        for secret in (SEALED, YOUNG, str(note.public_id)):
            assert secret not in words_of(bundle)


def test_what_does_not_stand_in_the_file_stays() -> None:
    p = full()
    w = p.w
    version = library()["katz"]
    with w.acting("nurse") as actor:
        services.retire_note(actor=actor, note=LiaisonNote.objects.get(text="Vu."), reason="Erreur de personne")
        assessments.start_assessment(actor=actor, patient=Patient.objects.get(pk=w.patient.pk), version=version)
    with w.acting("coordinator") as actor:
        services.invite_member(
            actor=actor, patient_id=w.patient.pk, practice_id=w.outsider.pk, role="infirmier", level=3
        )
        invited = CareTeamMember.objects.get(practice=w.outsider)
    with w.acting("outsider") as actor:
        services.decline_invitation(actor=actor, member=invited)
    bundle = exported(w, "nurse")
    assert "Vu." not in words_of(bundle)
    assert len(resources(bundle, "QuestionnaireResponse")) == 1  # the draft is not told, even to its author
    assert str(w.outsider.public_id) not in json.dumps(bundle)


def test_a_consent_withdrawn_or_an_opposition_closes_the_exit_at_once() -> None:
    p = full()
    exported(p.w, "nurse")
    with p.w.acting("coordinator") as actor:
        for consent in ConsentRecord.objects.filter(withdrawn_at=None):
            services.revoke_consent(actor=actor, consent=consent, reason="La personne ne veut plus")
    with pytest.raises(Refused):
        exported(p.w, "nurse")
    assert {one["status"] for one in resources(exported(p.w), "Consent")} == {"inactive"}
    with p.w.acting("coordinator") as actor:
        services.oppose(actor=actor, patient_id=p.w.patient.pk)
    with pytest.raises((Refused, Patient.DoesNotExist)):
        exported_by(p.w, p.social)


def test_who_has_no_right_gets_nothing_and_it_is_written() -> None:
    w = world()
    with pytest.raises(Refused):
        exported(w, "outsider")
    exported(w)
    with as_owner():
        lines = Entry.objects.filter(code__startswith="fhir.export").order_by("id")
        assert [(one.code, one.action, one.outcome) for one in lines] == [
            ("fhir.export.refused", "E", 4), ("fhir.export.made", "E", 0),
        ]  # fmt: skip
        assert lines[1].detail == {"Patient": 1, "EpisodeOfCare": 1, "Organization": 1}


def test_a_file_that_mixes_two_persons_is_not_handed_on() -> None:
    nurse, cell = known.actor(), known.actor(identity_cell=True)
    patient = known.person(nurse)
    collision = told(nurse, patient)
    with unit_of_work(nurse):
        export_patient(actor=nurse, patient=patient)  # a suspicion stops nothing
    decided(cell, collision)
    with pytest.raises(DomainError, match="gelé"), unit_of_work(nurse):
        export_patient(actor=nurse, patient=patient)


def test_the_identity_of_the_file_is_that_of_its_domain() -> None:
    nurse = known.actor()
    patient = known.person(nurse)
    with unit_of_work(nurse):
        [found] = resources(export_patient(actor=nurse, patient=patient), "Patient")
    identity = known.identity_of(patient)
    assert found["name"][0]["family"] == identity.birth_name
    assert found["meta"]["profile"] == [fr_core.PATIENT]
    assert {one["type"]["coding"][0]["code"] for one in found["identifier"]} == {"RRI"}


def test_a_draft_is_exported_as_a_draft_and_a_version_in_force_ahead_of_it() -> None:
    p = planned()
    assert resources(exported(p.w), "CarePlan")[0]["status"] == "draft"
    publish(p)
    with p.w.acting("coordinator") as actor:
        p.plan.refresh_from_db()
        add(actor, p.plan, "probleme", "Ajouté ensuite")
    bundle = exported(p.w)
    assert resources(bundle, "CarePlan")[0]["status"] == "active"
    assert "Ajouté ensuite" not in json.dumps(bundle, ensure_ascii=False)


def test_as_many_queries_whatever_the_file_holds() -> None:
    p = full()

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            exported(p.w)
        return len(asked)

    exported(p.w)
    before = count()
    with p.w.acting("nurse") as actor:
        for _ in range(5):
            services.add_liaison_note(actor=actor, patient_id=p.w.patient.pk, type="OBS", text="Encore")
    with p.w.acting("coordinator") as actor:
        for name in ("UN", "DEUX", "TROIS"):
            services.add_contact(actor=actor, patient_id=p.w.patient.pk, family_name=name)
    assert count() == before


# The command


def login_of(practice: PractitionerRole) -> str:
    return str(factories.User.objects.get(professional_id=practice.professional_id).login)


def test_the_command_acts_for_an_account_in_the_place_that_reads_most(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    w = world()
    w.actor("coordinator"), w.actor("outsider")
    with as_owner():
        factories.practice(professional=w.coordinator.professional)  # a second place, without any right
        w.patient.refresh_from_db()
        known, stranger = login_of(w.coordinator), login_of(w.outsider)
    target = tmp_path / "dossier.json"
    assert run(w.patient.regional_id, target, known) == 0
    assert "EpisodeOfCare : 1" in capsys.readouterr().out
    assert target.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [target]
    bundle = json.loads(target.read_bytes())
    assert resources(bundle, "Patient")[0]["id"] == str(w.patient.public_id)
    assert bundle_for(str(w.patient.public_id), known)["type"] == "collection"
    for identifier in (str(w.patient.public_id), "inconnu"):
        with pytest.raises(Refused):
            bundle_for(identifier, stranger)
    with pytest.raises(DomainError, match="n'existe pas"):
        bundle_for(w.patient.regional_id, "personne")
    with as_owner():
        assert Entry.objects.filter(code="fhir.export.made").count() == 2
        factories.user(login="sans-lieu")
    with pytest.raises(DomainError, match="lieu d'exercice"):
        bundle_for(w.patient.regional_id, "sans-lieu")
    with as_owner():
        assert bundle_for(w.patient.regional_id, None)["type"] == "collection"


def test_half_a_file_is_never_left(tmp_path: Path) -> None:
    from pepites.fhir.exports import command

    (tmp_path / "dossier.json").mkdir()
    with pytest.raises(OSError, match="dossier"):
        command._write(tmp_path / "dossier.json", b"{}")
    assert [one.name for one in tmp_path.iterdir()] == ["dossier.json"]
