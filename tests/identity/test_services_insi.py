"""Asking INSi, deciding, taking back: INS-2 to INS-9, RNIV-1 to RNIV-8, INSI-1 to INSI-5, §2.1."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from tests import factories
from tests.conftest import as_owner
from tests.identity.identity_factories import actor, identity_of, person, traits
from tests.identity.insi_factories import (
    MATRICULE,
    accept,
    answered,
    ask,
    checked,
    number,
    numbers_of,
    qualified,
    reply,
)

from pepites.audit.models import Entry
from pepites.audit.unit import unit_of_work
from pepites.common.clock import now
from pepites.common.errors import Conflict, DomainError, Refused, TooMany
from pepites.identity import services
from pepites.identity.dates import PartialDate
from pepites.identity.enums import Attribute
from pepites.identity.ins import OID_NIA, OID_NIR, InsNumber
from pepites.identity.insi.answers import proposal, raw_answer
from pepites.identity.insi.criteria import Variant
from pepites.identity.insi.sealing import fingerprint
from pepites.identity.models import Alias, Device, DoubleCandidate, InsiCall
from pepites.identity.ports import FormerIns

pytestmark = pytest.mark.django_db


# --- asking ---------------------------------------------------------------------------------------------------------


def test_insi_4_an_answer_is_only_a_proposal(plug: Any) -> None:
    nurse = actor()
    patient = person(nurse)
    plug(answered())
    call = ask(nurse, patient)
    assert (call.code, call.state) == ("00", "proposee")
    assert (identity_of(patient).status, numbers_of(patient)) == ("PROV", [])


def test_prov_to_recup_then_qual_by_a_paper(plug: Any) -> None:
    nurse = actor()
    patient = person(nurse)
    plug(answered())
    assert accept(nurse, ask(nurse, patient)).status == "RECUP"
    assert numbers_of(patient) == [(MATRICULE, True)]
    checked(nurse, patient)
    assert identity_of(patient).status == "QUAL"
    assert numbers_of(patient) == [(MATRICULE, True)]


def test_vali_to_qual(plug: Any) -> None:
    nurse = actor()
    patient = person(nurse)
    assert qualified(nurse, patient, plug).status == "QUAL"
    with as_owner():
        entry = Entry.objects.filter(code="identity.status.changed", subject_ids=[patient.pk]).latest("id")
    assert (entry.detail["from"], entry.detail["to"]) == ("VALI", "QUAL")


def test_rniv_8_the_answer_is_kept_sealed_and_dated(plug: Any) -> None:
    nurse = actor()
    patient = person(nurse)
    plug(answered())
    call = ask(nurse, patient)
    with as_owner():
        stored = InsiCall.objects.get(pk=call.pk)
        assert MATRICULE.encode() not in bytes(stored.sealed_answer)
        assert b"KOUYOURI" not in bytes(stored.sealed_answer)
        assert raw_answer(stored) == b"<reponse/>"
        assert proposal(stored) == answered()
        stored.patient_id += 1  # a row copied to another person opens nothing
        with pytest.raises(Exception):  # noqa: B017
            proposal(stored)
    one = identity_of(patient)
    assert one.insi_called_at is not None
    assert one.document_checks.count() == 0


def test_rniv_7_each_call_is_journalled_without_the_number(plug: Any) -> None:
    nurse = actor()
    patient = person(nurse)
    plug("01")
    ask(nurse, patient)
    with as_owner():
        calls = list(InsiCall.objects.filter(patient=patient).order_by("id"))
        entries = list(Entry.objects.filter(code="identity.insi.called", subject_ids=[patient.pk]).order_by("id"))
    assert [entry.object_id for entry in entries] == [str(call.public_id) for call in calls]
    assert {entry.detail["code"] for entry in entries} == {"01"}
    plug(answered())
    ask(nurse, patient)
    with as_owner():
        last = Entry.objects.filter(code="identity.insi.called").latest("id")
    assert last.detail["ins"] == fingerprint(InsNumber(answered().active.oid, MATRICULE))[:16]
    assert MATRICULE[:13] not in str(last.detail)


def test_insi_2_given_names_one_at_a_time_then_the_list(plug: Any) -> None:
    nurse = actor()
    patient = person(nurse, given_names="OLA CATARINA BELLA")
    service = plug("01")
    call = ask(nurse, patient)
    assert [query.given_name for query in service.asked] == ["OLA", "CATARINA", "BELLA", "OLA CATARINA BELLA"]
    assert {query.birth_place_cog for query in service.asked} == {""}
    assert call.code == "01"
    service = plug("01", answered(given_names="CATARINA BELLA"))
    ask(nurse, patient)
    assert [query.given_name for query in service.asked] == ["OLA", "CATARINA"]


def test_insi_2_a_fault_stops_the_sequence(plug: Any) -> None:
    nurse = actor()
    patient = person(nurse)
    service = plug("01", "siram_40", "01")
    assert ask(nurse, patient).code == "siram_40"
    assert len(service.asked) == 2


def test_3_4_several_adds_names_then_the_place(plug: Any) -> None:
    nurse = actor()
    patient = person(nurse)
    service = plug("02", "02", answered())
    assert ask(nurse, patient).code == "00"
    assert [(one.given_name, one.birth_place_cog) for one in service.asked] == [
        ("MARIE", ""), ("MARIE ANGE", ""), ("MARIE", "97302"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("variant", "values", "sent"),
    [
        (Variant.HYPHEN, {"birth_name": "SAINT-LOUIS"}, ("SAINT LOUIS", "MARIE")),
        (Variant.PARTICLE, {"birth_name": "DA SILVA DOS SANTOS"}, ("SILVA SANTOS", "MARIE")),
        (Variant.SWAP, {"birth_name": "JOSEPH"}, ("MARIE", "JOSEPH")),
    ],
)
def test_insi_2_the_operator_varies_the_writing(
    plug: Any,
    variant: Variant,
    values: dict[str, str],
    sent: tuple[str, str],
) -> None:
    nurse = actor()
    patient = person(nurse, **values)
    service = plug("01")
    ask(nurse, patient, variant=variant)
    assert (service.asked[0].birth_name, service.asked[0].given_name) == sent


def test_insi_1_undetermined_sex_never_leaves(plug: Any) -> None:
    nurse = actor()
    patient = person(nurse, sex="I")
    service = plug(answered())
    with pytest.raises(DomainError, match="masculin ou féminin"):
        ask(nurse, patient)
    assert service.asked == []


def test_insi_1_ligatures_are_written_out_or_refused(plug: Any, settings: Any) -> None:
    nurse = actor()
    patient = person(nurse, birth_name="D'Æion", given_names="Cœur", sex="M")
    service = plug("01")
    ask(nurse, patient)
    assert (service.asked[0].birth_name, service.asked[0].given_name) == ("D'AEION", "COEUR")
    settings.PEPITES_INSI_LIGATURES = False
    service = plug("01")
    with pytest.raises(DomainError, match="ligature"):
        ask(nurse, patient)
    assert service.asked == []


@pytest.mark.parametrize("mark", [Attribute.DOUBTFUL, Attribute.FICTITIOUS])
def test_2_6_3_no_call_for_doubtful_or_fictitious(plug: Any, mark: Attribute) -> None:
    nurse = actor()
    patient = person(nurse)
    with unit_of_work(nurse):
        services.set_attribute(actor=nurse, identity=identity_of(patient), attribute=mark, reason="essai")
    service = plug(answered())
    with pytest.raises(Refused):
        ask(nurse, patient)
    assert service.asked == []


def test_insi_2_cap_of_calls_per_person_and_hour(plug: Any, settings: Any) -> None:
    settings.PEPITES_INSI_APPELS_PAR_HEURE = 5
    nurse = actor()
    patient, other = person(nurse), person(nurse, birth_name="AUTRE")
    service = plug("01")
    ask(nurse, patient)
    ask(nurse, patient)  # two names and the list each time: the fifth call is the last
    assert len(service.asked) == 5
    with pytest.raises(TooMany):
        ask(nurse, patient)
    assert len(service.asked) == 5
    ask(nurse, other)
    with as_owner():
        InsiCall.objects.filter(patient=patient).update(asked_at=now() - dt.timedelta(hours=1, minutes=1))
    ask(nurse, patient)


def test_insi_5_a_fault_leaves_a_reminder_once(plug: Any) -> None:
    from pepites.coordination.models import Task

    nurse = actor()
    patient = person(nurse)
    plug("reseau")
    ask(nurse, patient)
    ask(nurse, patient)
    with unit_of_work(nurse):
        task = Task.objects.get(patient=patient)
    assert "INSi" in task.title
    assert task.owner_practice_id == nurse.practice_id


def test_not_connected_says_to_go_on(settings: Any) -> None:
    settings.PEPITES_INSI_URL = ""
    nurse = actor()
    patient = person(nurse)
    with pytest.raises(DomainError, match="L'accueil continue"):
        ask(nurse, patient)


def test_level_1_asks_and_decides_nothing(plug: Any) -> None:
    nurse, reader = actor(), actor()
    patient = person(nurse)
    with as_owner():
        factories.grant(patient, factories.PractitionerRole.objects.get(pk=reader.practice_id), level=1)
    plug(answered())
    call = ask(nurse, patient)
    with pytest.raises(Refused):
        ask(reader, patient)
    with as_owner():
        kept = InsiCall.objects.select_related("identity").get(pk=call.pk)
    with pytest.raises(Refused), unit_of_work(reader):
        services.accept_insi(actor=reader, call=kept, confirmed=True)
    with unit_of_work(reader):
        assert not InsiCall.objects.exists()


# --- deciding -------------------------------------------------------------------------------------------------------


def test_rniv_2_traits_of_insi_replace_ours_former_ones_stay(plug: Any) -> None:
    nurse = actor()
    patient = person(
        nurse, birth_name="SAINT LOUIS", given_names="MARIE", birth_place_cog="99999", used_name="TI MARIE"
    )
    plug(answered(birth_name="SAINT-LOUIS", given_names="MARIE ANGE", birth_place_cog="97302"))
    accept(nurse, ask(nurse, patient))
    one = identity_of(patient)
    assert (one.birth_name, one.given_names, one.first_given_name, one.birth_place_cog) == (
        "SAINT-LOUIS", "MARIE ANGE", "MARIE", "97302",
    )  # fmt: skip
    assert one.used_name == "TI MARIE"
    with unit_of_work(nurse):
        alias = Alias.objects.get(patient=patient)
    assert (alias.birth_name, alias.given_names) == ("SAINT LOUIS", "MARIE")
    patient.refresh_from_db()
    assert patient.identity_status == "RECUP"


def test_ins_10_a_composed_first_name_of_ours_stays_when_it_fits(plug: Any) -> None:
    nurse = actor()
    kept, replaced = person(nurse, first_given_name="MARIE ANGE"), person(nurse, given_names="ANGE MARIE")
    plug(answered(given_names="MARIE-ANGE LOUISE"))
    accept(nurse, ask(nurse, kept))
    accept(nurse, ask(nurse, replaced))
    assert identity_of(kept).first_given_name == "MARIE ANGE"
    assert identity_of(replaced).first_given_name == "MARIE-ANGE"


@pytest.mark.parametrize(
    "said", [{"birth_name": "AUTRE"}, {"birth_date": dt.date(1985, 7, 15)}, {"sex": "M"}], ids=["name", "date", "sex"]
)
def test_rniv_3_name_date_or_sex_that_differ_forbid(plug: Any, said: dict[str, Any]) -> None:
    nurse, cell = actor(), actor(identity_cell=True)
    patient = person(nurse)
    plug(answered(**said))
    call = ask(nurse, patient)
    with pytest.raises(DomainError, match="cellule"):
        accept(nurse, call)
    assert (identity_of(patient).status, numbers_of(patient)) == ("PROV", [])
    with unit_of_work(nurse):
        services.refuse_insi(actor=nurse, call=InsiCall.objects.get(pk=call.pk), reason="autre nom", to_cell=True)
    with unit_of_work(cell):
        waiting = InsiCall.objects.get(issue="traits")
        services.close_issue(actor=cell, call=waiting)
        with pytest.raises(Conflict):
            services.close_issue(actor=cell, call=waiting)


@pytest.mark.parametrize(
    ("ours", "said"),
    [
        ({"birth_name": "SAINT LOUIS"}, {"birth_name": "SAINT-LOUIS"}),
        ({"birth_name": "DE L'HERAULT"}, {"birth_name": "DELHERAULT"}),
        ({"given_names": "MARIE"}, {"given_names": "MARIE ANGE LOUISE"}),
        ({"given_names": "OLA CATARINA"}, {"given_names": "CATARINA BELLA"}),
        ({}, {"birth_place_cog": "97304"}),
    ],
)
def test_rniv_3_other_differences_are_the_operator_s(
    plug: Any,
    ours: dict[str, Any],
    said: dict[str, Any],
) -> None:
    nurse = actor()
    patient = person(nurse, **ours)
    plug(answered(**({name: ours[name] for name in ours} | said)))
    assert accept(nurse, ask(nurse, patient)).status == "RECUP"


def test_2_6_4_nothing_without_the_operator_s_word(plug: Any) -> None:
    nurse = actor()
    patient = person(nurse)
    plug(answered())
    call = ask(nurse, patient)
    with unit_of_work(nurse), pytest.raises(DomainError, match="cochez"):
        services.accept_insi(actor=nurse, call=InsiCall.objects.get(pk=call.pk), confirmed=False)


def test_an_answer_is_decided_once_and_not_after_a_change(plug: Any) -> None:
    nurse = actor()
    patient = person(nurse)
    plug(answered())
    call = ask(nurse, patient)
    with unit_of_work(nurse):
        services.correct_identity(
            actor=nurse, identity=identity_of(patient), traits=traits(birth_name="DOE"), reason="erreur"
        )
    with pytest.raises(Conflict):
        accept(nurse, call)
    plug(answered(birth_name="DOE"))
    again = ask(nurse, patient)
    accept(nurse, again)
    with pytest.raises(Conflict):
        accept(nurse, again)
    with unit_of_work(nurse), pytest.raises(DatabaseError), transaction.atomic():
        InsiCall.objects.filter(pk=again.pk).update(state="refusee")


def test_a_new_search_closes_the_former_proposal(plug: Any) -> None:
    nurse = actor()
    patient = person(nurse)
    plug(answered())
    first = ask(nurse, patient)
    ask(nurse, patient)
    with pytest.raises(Conflict):
        accept(nurse, first)


def test_ins_2_a_number_of_another_environment_is_put_aside(plug: Any) -> None:
    nurse = actor()
    patient = person(nurse)
    for environment, oid in (("demonstration", OID_NIR), ("production", "1.2.250.1.213.1.4.10"),
                             ("production", "1.2.250.1.213.1.4.11")):  # fmt: skip
        plug(answered(active=number(oid=oid)), environment=environment)
        call = ask(nurse, patient)
        assert (call.state, call.issue) == ("", "environ")
        with pytest.raises(Conflict):
            accept(nurse, call)
    assert numbers_of(patient) == []


def test_ins_7_a_wrong_key_is_kept_and_raised(plug: Any) -> None:
    nurse = actor()
    patient = person(nurse)
    plug(answered(active=InsNumber(answered().active.oid, MATRICULE[:13] + "01")))
    call = ask(nurse, patient)
    assert call.issue == "cle"
    accept(nurse, call)
    assert numbers_of(patient) == [(MATRICULE[:13] + "01", True)]
    with unit_of_work(actor(identity_cell=True)):
        assert InsiCall.objects.filter(issue="cle", issue_closed_at=None).count() == 1


def test_ins_4_a_nia_becomes_a_nir_and_stays_in_the_history(plug: Any) -> None:
    nurse = actor()
    patient = person(nurse)
    nia, nir = number("7850797302001", OID_NIA), number("2850797302001", OID_NIR)
    plug(answered(active=nia), environment="qualification")
    accept(nurse, ask(nurse, patient))
    assert numbers_of(patient) == [(nia.matricule, True)]
    plug(answered(active=nir, history=(FormerIns(nia),)), environment="qualification")
    assert accept(nurse, ask(nurse, patient)).status == "RECUP"
    assert sorted(numbers_of(patient)) == sorted([(nia.matricule, False), (nir.matricule, True)])
    accept(nurse, ask(nurse, patient))  # the same answer again changes nothing
    assert len(numbers_of(patient)) == 2


def test_ins_9_history_is_kept_with_odd_periods(plug: Any) -> None:
    nurse = actor()
    patient = person(nurse)
    former = number()
    plug(answered(history=(FormerIns(former, dt.date(2015, 3, 1), dt.date(2011, 5, 2)), FormerIns(answered().active))))
    accept(nurse, ask(nurse, patient))
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT matricule, active, starts_on, ends_on FROM identity_ins ORDER BY id")
        rows = cursor.fetchall()
    assert rows == [
        (former.matricule, False, dt.date(2015, 3, 1), dt.date(2011, 5, 2)),
        (MATRICULE, False, None, None),
        (MATRICULE, True, None, None),
    ]


def test_the_same_number_on_two_persons_opens_a_card(plug: Any) -> None:
    nurse = actor()
    one, other = person(nurse), person(nurse, mother_name="AUTRE")
    qualified(nurse, one, plug)
    qualified(nurse, other, plug)
    with as_owner():
        card = DoubleCandidate.objects.filter(reasons=["même INS"]).first() or DoubleCandidate.objects.get()
    assert {card.patient_id, card.other_id} == {one.pk, other.pk}


def test_interpreted_date_answered_by_insi_becomes_exact(plug: Any) -> None:
    nurse = actor()
    patient = person(nurse, birth_date=PartialDate.of_year(1954))
    plug(answered(birth_date=dt.date(1954, 12, 31)))
    accept(nurse, ask(nurse, patient))
    one = identity_of(patient)
    assert (one.birth_date_precision, one.birth_date_interpreted) == ("JOUR", False)


# --- taking back ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("paper", "after"), [(True, "VALI"), (False, "PROV")])
def test_2_1_withdrawn_by_the_cell(plug: Any, paper: bool, after: str) -> None:
    nurse, cell = actor(), actor(identity_cell=True)
    patient = person(nurse)
    plug(answered())
    accept(nurse, ask(nurse, patient))
    if paper:
        checked(nurse, patient)
    with pytest.raises(Refused), unit_of_work(nurse):
        services.withdraw_ins(actor=nurse, identity=identity_of(patient), reason="x")
    with unit_of_work(cell):
        assert services.withdraw_ins(actor=cell, identity=identity_of(patient), reason="prêt").status == after
    assert numbers_of(patient) == [(MATRICULE, False)]
    with unit_of_work(cell), pytest.raises(DomainError):
        services.withdraw_ins(actor=cell, identity=identity_of(patient), reason="encore")


def test_2_1_a_revoked_paper_brings_qual_to_recup_number_kept(plug: Any) -> None:
    nurse = actor()
    patient = person(nurse)
    qualified(nurse, patient, plug)
    with unit_of_work(nurse):
        check = identity_of(patient).document_checks.get()
        services.revoke_document(actor=nurse, check=check, reason="faux")
    assert (identity_of(patient).status, numbers_of(patient)) == ("RECUP", [(MATRICULE, True)])


@pytest.mark.parametrize("mark", [Attribute.DOUBTFUL, Attribute.FICTITIOUS])
def test_2_1_an_attribute_empties_the_slot(plug: Any, mark: Attribute) -> None:
    nurse = actor()
    patient = person(nurse)
    qualified(nurse, patient, plug)
    with unit_of_work(nurse):
        services.set_attribute(actor=nurse, identity=identity_of(patient), attribute=mark, reason="essai")
    assert (identity_of(patient).status, numbers_of(patient)) == ("PROV", [(MATRICULE, False)])


# --- carte Vitale app -----------------------------------------------------------------------------------------------


def test_2_1_the_vitale_app_qualifies_at_once_without_a_call(plug: Any) -> None:
    nurse = actor()
    patient = person(nurse)
    service = plug("01")
    asked = {"actor": nurse, "person": answered(), "confirmed": True}
    with unit_of_work(nurse), pytest.raises(DomainError):  # the device is closed until the region opens it
        services.accept_vitale_app(identity=identity_of(patient), **asked)
    with as_owner():
        Device.objects.filter(code="AV").update(active=True)
    with unit_of_work(nurse):
        assert services.accept_vitale_app(identity=identity_of(patient), **asked).status == "QUAL"
    assert service.asked == []
    assert numbers_of(patient) == [(MATRICULE, True)]
    assert reply("01").person is None


def test_guy_1_registration_pending_is_said_then_forgotten_with_the_number(plug: Any) -> None:
    nurse = actor()
    patient = person(nurse)
    with unit_of_work(nurse):
        services.set_registration(actor=nurse, identity=identity_of(patient), pending=True)
    assert identity_of(patient).registration_pending
    plug(answered())
    accept(nurse, ask(nurse, patient))
    assert not identity_of(patient).registration_pending


def test_5_7_9_a_number_of_another_environment_is_never_shown(plug: Any, settings: Any) -> None:
    """A test base served by mistake with production settings shows no test number."""
    from pepites.identity.selectors import band
    from pepites.identity.selectors.insi import active_ins
    from pepites.patients.models import Patient

    nurse = actor()
    patient = person(nurse)
    one = qualified(nurse, patient, plug)
    with unit_of_work(nurse):
        assert active_ins(one) is not None
        settings.PEPITES_INSI_ENVIRONMENT = "production"
        assert active_ins(one) is None
        assert band(Patient.objects.get(pk=patient.pk)).ins == ""


def test_the_band_of_a_qualified_identity_is_still_one_query(plug: Any) -> None:
    from django.test.utils import CaptureQueriesContext

    from pepites.identity.selectors import band
    from pepites.patients.models import Patient

    nurse = actor()
    patient = person(nurse)
    qualified(nurse, patient, plug)
    with unit_of_work(nurse):
        fresh = Patient.objects.get(pk=patient.pk)
        with CaptureQueriesContext(connection) as queries:
            assert band(fresh).ins == "2 85 07 97302 001 75"
    assert len(queries) == 1
