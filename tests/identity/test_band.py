"""The identity band: words, markers, one query (interface §7)."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.identity.identity_factories import actor, person

from pepites.audit.unit import unit_of_work
from pepites.identity.dates import PartialDate
from pepites.identity.selectors import band
from pepites.identity.selectors.labels import age_label, grouped_regional_id
from pepites.patients.models import Patient
from pepites.patients.services import set_preferences


@pytest.mark.django_db
def test_band_says_everything_in_one_query() -> None:
    nurse = actor()
    patient = person(nurse, birth_date=PartialDate.of_year(1954), used_name="Tabournel")
    with unit_of_work(nurse):
        set_preferences(actor=nurse, patient=patient, language="ht", interpreter=True, protected_adult=True)
        patient = Patient.objects.get(pk=patient.pk)
        with CaptureQueriesContext(connection) as queries:
            shown = band(patient)
        assert len(queries) == 1
    assert shown.birth_date_label == "31/12/1954 (interprétée)"
    assert shown.age_label.startswith("environ ")
    assert shown.birth_place_code == "97302"
    assert shown.status_label == "Identité provisoire"
    assert shown.used_name == "TABOURNEL"
    assert shown.ins == ""
    assert shown.alerts == ["Majeur protégé", "Interprète nécessaire : créole haïtien"]
    assert shown.regional_id.replace(" ", "") == patient.regional_id


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (dt.date(2026, 5, 3), "1 jour"),
        (dt.date(2026, 4, 10), "24 jours"),
        (dt.date(2026, 3, 4), "2 mois"),
        (dt.date(2026, 3, 5), "1 mois"),
        (dt.date(2024, 5, 5), "23 mois"),
        (dt.date(2024, 5, 4), "2 ans"),
        (dt.date(1954, 12, 31), "71 ans"),
        (dt.date(2030, 1, 1), ""),
    ],
)
def test_age_in_words(born: dt.date, expected: str) -> None:
    assert age_label(born, dt.date(2026, 5, 4)) == expected


def test_regional_id_is_grouped() -> None:
    assert grouped_regional_id("GF0123456789A") == "GF 01234 56789 A"
