"""The figures of a network: who may count, what is counted, and what is hidden."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook
from tests import factories
from tests.conftest import as_owner
from tests.coordination.factories import World, follow, signed_in, world
from tests.coordination.test_protocols import publish

from pepites.audit.models import Entry
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.coordination import services
from pepites.coordination.figures.board import Board, board_of, said, trend
from pepites.coordination.figures.exporting import rows_of
from pepites.coordination.figures.periods import Period, calendar, read_period
from pepites.coordination.models import Pathway
from pepites.directory.models import PractitionerRole
from pepites.networks.packs.registry import clean_pack

pytestmark = pytest.mark.django_db
MONTH = read_period("", today())


def followed(w: World, count: int, **values: Any) -> None:
    with as_owner():
        for _ in range(count):
            follow(w.network, factories.patient(**values))


def board(w: World, **values: Any) -> Board:
    with w.acting("coordinator") as actor:
        return board_of(actor, w.network, values.pop("period", MONTH), **values)


def text(found: Board, key: str) -> str:
    shown = found.named(key)
    assert shown is not None
    return said(shown.figure, shown.now)


def director(w: World) -> PractitionerRole:
    with as_owner():
        practice = factories.practice()
        factories.membership(w.network, practice, "administration")
    return practice


def test_only_who_runs_the_network_or_the_cell_counts_and_the_base_says_so() -> None:
    w = world()
    with as_owner():
        cell = factories.actor_for(factories.practice(identity_cell=True))
        other = factories.practice()
        factories.membership(factories.network(), other, "administration")
    for practice, narrowed, allowed in (
        (w.coordinator, True, True), (director(w), False, True), (director(w), True, False), (w.nurse, False, False),
        (other, False, False),
    ):  # fmt: skip
        with as_owner():
            actor = factories.actor_for(practice)
        assert asks(actor, w, narrowed) is allowed
    assert asks(cell, w, narrowed=False)
    assert not asks(cell, w, narrowed=True)


def asks(actor: Actor, w: World, narrowed: bool) -> bool:
    with unit_of_work(actor), connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(
                    "SELECT count(*) FROM coordination_figures(%s, %s::date[], %s::date[], %s, NULL)",
                    [w.network.pk, [today()], [today()], "97302" if narrowed else ""],
                )
        except DatabaseError:
            return False
        return True


def test_small_counts_are_hidden_and_so_is_what_would_give_them() -> None:
    w = world(commune_cog="97302")
    followed(w, 7, commune_cog="97302")
    followed(w, 3, commune_cog="97304")
    followed(w, 20, commune_cog="97309")
    found = board(w)
    assert text(found, "suivies") == "31"
    places = found.named("par_commune")
    assert places is not None
    assert places.lines == [("Remire-Montjoly", "20"), ("Cayenne", "masqué"), ("Kourou", "masqué")]
    outside = board(w, least=11).named("par_commune")
    assert outside is not None
    assert [n for _, n in outside.now.parts] == [None, None, None]


def test_a_count_says_its_trend_its_parts_and_costs_the_same_at_any_size() -> None:
    w = world()
    followed(w, 6)
    costs = []
    for more in (0, 40):
        followed(w, more)
        with w.acting("coordinator") as actor, CaptureQueriesContext(connection) as queries:
            board_of(actor, w.network, MONTH)
        costs.append(len(queries))
    assert costs[0] == costs[1]
    with w.acting("coordinator") as actor:
        for case in list(Pathway.objects.filter(network=w.network).select_related("network")[:6]):
            services.close_pathway(actor=actor, pathway=case, reason="demenagement")
            services.create_task(actor=actor, patient_id=case.patient_id, title="Appeler", due_on=today())
    found = board(w)
    suivies, exits = found.named("suivies"), found.named("sorties")
    assert suivies is not None
    assert exits is not None
    assert (said(suivies.figure, suivies.now), trend(suivies)) == ("41", "− 6")
    assert dict(exits.lines)["Déménagement"] == "6"
    assert dict(exits.lines)["Décès"] == "0"
    assert len(suivies.series) == 12


def test_a_month_gives_its_reasons_when_no_other_period_would_give_a_hidden_one() -> None:
    w = world()
    followed(w, 20)

    def leave(count: int, reason: str) -> None:
        with w.acting("coordinator") as actor:
            for case in list(
                Pathway.objects.filter(network=w.network, closed_on=None).select_related("network")[:count]
            ):
                services.close_pathway(actor=actor, pathway=case, reason=reason)

    def exits(period: Period) -> tuple[str, dict[str, str], str]:
        found = board(w, period=period)
        shown = found.named("sorties")
        assert shown is not None
        return said(shown.figure, shown.now), dict(shown.lines), found.withheld

    year, free = read_period(str(today().year), today()), Period(today() - timedelta(days=9), today())
    leave(6, "demenagement")
    total, reasons, withheld = exits(MONTH)
    assert (total, reasons["Déménagement"], withheld) == ("6", "6", "")
    assert exits(free)[:2] == ("6", {})
    assert (
        exits(free)[2]
        == "Sans détail ici : Sorties. Il se donne par mois, trimestre ou année, jamais sur des dates libres."
    )
    leave(2, "deces")
    total, reasons, withheld = exits(MONTH)
    assert (total, reasons) == ("8", {})
    assert withheld.startswith("Sans détail ici : Sorties. Sur un mois,")
    assert exits(year)[1]["Décès"] == "masqué"
    with w.acting("coordinator") as actor:
        rows = rows_of(board_of(actor, w.network, MONTH))
    assert ["Sorties", "Détail", MONTH.label, "masqué"] in [row[:4] for row in rows]
    path = f"/reseaux/{w.network.slug}/tableau-de-bord/"
    assert "Sans détail ici : Sorties" in page(w.coordinator, path).content.decode()


def page(practice: PractitionerRole, path: str, **asked: str) -> Any:
    return signed_in(practice).get(path, asked)


def test_the_screen_is_for_who_runs_the_network_and_names_nobody() -> None:
    w = world(birth_name="SECRETE")
    followed(w, 6)
    path = f"/reseaux/{w.network.slug}/tableau-de-bord/"
    shown = page(w.coordinator, path)
    assert shown.status_code == 200
    body = shown.content.decode()
    assert "Personnes suivies" in body
    assert "SECRETE" not in body
    assert 'name="commune"' in body
    apart = page(director(w), path).content.decode()
    assert 'name="commune"' not in apart
    assert page(w.nurse, path).status_code == 403
    assert page(w.coordinator, "/reseaux/inconnu/tableau-de-bord/").status_code == 404
    wrong = page(w.coordinator, path, du="2026-02-01", au="2026-01-01")
    assert wrong.status_code == 422
    assert "La fin doit suivre le début" in wrong.content.decode()
    assert page(w.coordinator, path, du="2026-02-01", au="2026-03-01", commune="97302").status_code == 200
    assert page(w.coordinator, path, periode="2026-t1").status_code == 200


def test_the_files_say_what_the_screen_says_and_the_journal_knows() -> None:
    w = world()
    followed(w, 6, sex="M")
    path = f"/reseaux/{w.network.slug}/tableau-de-bord/"
    sheet = page(w.coordinator, f"{path}chiffres.csv").content
    assert sheet.startswith(b"\xef\xbb\xbfIndicateur;")
    assert "Personnes suivies;;" in sheet.decode()
    assert ";masqué;" in sheet.decode()
    for kind in ("xlsx", "ods"):
        book = CalamineWorkbook.from_filelike(BytesIO(page(w.coordinator, f"{path}chiffres.{kind}").content))
        rows = book.get_sheet_by_index(0).to_python()
        assert rows[0][0] == "Indicateur"
        assert ["Personnes suivies", "", MONTH.label, 7.0] == rows[1][:4]
    report = page(director(w), f"{path}rapport.pdf").content
    assert report.startswith(b"%PDF")
    assert page(w.coordinator, f"{path}chiffres.exe").status_code == 404
    assert page(w.coordinator, f"{path}rapport.pdf", du="2026-02-01").status_code == 404
    with as_owner():
        codes = list(Entry.objects.filter(code__startswith="coordination.figures").values_list("code", flat=True))
    assert codes.count("coordination.figures.exported") == 3
    assert codes.count("coordination.figures.printed") == 1


def test_a_cell_never_starts_a_formula() -> None:
    w = world()
    publish(w.network, indicateurs={"figures": [{"code": "s", "figure": "suivies", "label": "=1+1", "target": 9}]})
    with w.acting("coordinator") as actor:
        rows = rows_of(board_of(actor, w.network, MONTH))
    assert rows[1][0] == "'=1+1"
    assert rows[1][6] == 9.0
    assert {row[0] for row in rows[1:]} == {"'=1+1"}


def test_the_region_compares_networks_from_eleven_persons_up() -> None:
    w = world()
    followed(w, 6)
    with as_owner():
        cell = factories.practice(identity_cell=True)
    path = "/reseaux/comparaison/"
    assert "masqué" in page(cell, path).content.decode()
    followed(w, 20)
    assert "<td>27</td>" in page(cell, path, periode="2026").content.decode()
    assert page(w.coordinator, path).status_code == 403


def test_a_network_chooses_a_figure_once() -> None:
    twice = [{"code": str(n), "figure": "suivies", "label": "", "target": None} for n in (1, 2)]
    _, problems = clean_pack({"indicateurs": {"figures": twice}})
    assert any("déjà dans la liste" in problem.message for _, problem in problems)


@pytest.mark.parametrize(
    ("code", "since", "upto", "label"),
    [
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28), "février 2026"),
        ("2026-t1", date(2026, 1, 1), date(2026, 3, 31), "1er trimestre 2026"),
        ("2025", date(2025, 1, 1), date(2025, 12, 31), "année 2025"),
        ("2026-13", date(2026, 5, 1), date(2026, 5, 31), "mai 2026"),
        ("2027", date(2026, 5, 1), date(2026, 5, 31), "mai 2026"),
    ],
)
def test_an_address_names_a_period(code: str, since: date, upto: date, label: str) -> None:
    found = read_period(code, date(2026, 5, 17))
    assert (found.since, found.upto, found.label) == (since, upto, label)
    assert read_period(found.code, date(2026, 5, 17)) == found


def test_the_period_before_is_as_long() -> None:
    assert calendar(date(2026, 1, 1), 3).previous == calendar(date(2025, 10, 1), 3)
    assert Period(date(2026, 3, 10), date(2026, 3, 19)).previous == Period(date(2026, 2, 28), date(2026, 3, 9))
