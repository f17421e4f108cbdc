"""Shipped instruments: every published threshold, and the regulation's own vectors."""

import itertools
import json
from collections import Counter
from decimal import Decimal

import pytest
from tests.conftest import shared_data

from pepites.assessments.library.reading import Instrument, instruments
from pepites.assessments.questionnaire.aggir import VARIABLES, gir_of, rank_of
from pepites.assessments.questionnaire.answers import Key
from pepites.assessments.questionnaire.checking import problems, read_text
from pepites.assessments.questionnaire.items import Questionnaire
from pepites.assessments.questionnaire.parsing import parse
from pepites.assessments.questionnaire.running import Person, calculated, ended, initial_answers
from pepites.assessments.questionnaire.scoring import Score, compute, parse_scoring, raised
from pepites.assessments.questionnaire.values import Value

BY_CODE = {one.code: one for one in instruments()}
VECTORS = shared_data() / "evaluations" / "aggir.json"
FREE = {"aggir", "epices", "findrisc", "mini-gds", "katz", "lawton", "tug", "has-nutrition"}


def filled(questionnaire: Questionnaire, typed: dict[str, object]) -> dict[Key, tuple[Value, ...]]:
    """Answers as a form would post them: a code, a number, several codes."""
    found: dict[Key, tuple[Value, ...]] = {}
    for link, given in typed.items():
        item = questionnaire.by_link[link]
        texts = [str(one) for one in (given if isinstance(given, list) else [given])]
        values = [read_text(item, f"|{text}" if item.options else text) for text in texts]
        assert None not in values, (link, given)
        found[(link, ())] = tuple(value for value in values if value)
    return found


def scored(code: str, typed: dict[str, object]) -> dict[str, Score]:
    one = BY_CODE[code]
    questionnaire = parse(one.questionnaire)
    answers = ended(questionnaire, filled(questionnaire, typed), Person())
    assert problems(questionnaire, answers, final=True) == []
    found = compute(questionnaire, parse_scoring(one.scoring, questionnaire), answers, Person())
    return {score.definition.code: score for score in found}


def band(score: Score) -> str:
    assert score.band is not None
    return score.band.label


@pytest.mark.parametrize("one", instruments(), ids=lambda one: one.code)
def test_instrument_is_read_with_licence_source_and_bands_without_gap(one: Instrument) -> None:
    questionnaire = parse(one.questionnaire)
    scoring = parse_scoring(one.scoring, questionnaire)
    assert one.licence
    assert one.source
    assert one.category in ("social", "medical")
    for definition in scoring.scores:
        for low, high in itertools.pairwise(definition.bands):
            assert low.below == high.least, f"{definition.code}: {low.label}"


def test_what_is_asked_is_shipped_and_licensed_texts_are_not() -> None:
    assert set(BY_CODE) >= FREE
    for code in set(BY_CODE) - FREE:
        assert "n'est pas reproduit" in BY_CODE[code].caution
        assert "non reproduit" in BY_CODE[code].licence


AGGIR = ("coherence", "orientation", "toilette", "habillage", "alimentation", "elimination", "transferts", "interieur")


@pytest.mark.parametrize(
    ("letters", "gir"),
    [
        ("CCCCCCCC", 1),
        ("AACCCCCC", 2),
        ("AAAACACA", 2),
        ("AACCAAAA", 3),
        ("BBBBBBBB", 4),
        ("AABBAAAA", 4),
        ("AAAAAACC", 5),
        ("AAAAAACA", 6),
        ("CAAAAAAA", 6),
        ("ACAAAAAA", 6),
    ],
)
def test_aggir_gives_the_gir_of_the_regulation(letters: str, gir: int) -> None:
    typed: dict[str, object] = dict(zip(AGGIR, letters, strict=True))
    found = scored("aggir", typed | {"exterieur": "C", "communication": "C"})["gir"]
    assert (found.value, band(found)[:5]) == (gir, f"GIR {gir}")


def test_aggir_spreads_the_6561_profiles_as_the_tables_do() -> None:
    profiles = list(itertools.product("ABC", repeat=8))
    assert Counter(map(gir_of, profiles)) == {1: 8, 2: 3208, 3: 2400, 4: 760, 5: 157, 6: 28}


@pytest.mark.skipif(not VECTORS.exists(), reason="les vecteurs publiés ne sont pas sur cette machine")
def test_aggir_follows_every_published_vector() -> None:
    data = json.loads(VECTORS.read_text())
    for vector in data["vecteurs_de_test"]:
        letters = list(vector["modalites"])
        assert (rank_of(letters), gir_of(letters)) == (vector["rang"], vector["gir"]), vector["modalites"]
    ranks = Counter(str(rank_of(profile)) for profile in itertools.product("ABC", repeat=8))
    assert ranks == data["controle"]["repartition_par_rang"]


EPICES = (
    "social",
    "complementaire",
    "couple",
    "proprietaire",
    "finances",
    "sport",
    "spectacle",
    "vacances",
    "famille",
    "hebergement",
    "aide",
)


def test_epices_coefficients_close_on_0_and_100() -> None:
    lines = set(EPICES) - {"social", "finances"}
    best: dict[str, object] = dict.fromkeys(EPICES, "non") | dict.fromkeys(lines, "oui")
    assert scored("epices", best)["epices"].value == Decimal("0.00")
    worst: dict[str, object] = dict.fromkeys(EPICES, "non") | {"social": "oui", "finances": "oui"}
    assert scored("epices", worst)["epices"].value == Decimal("100.00")


@pytest.mark.parametrize(
    ("yes", "value", "label"),
    [
        (("complementaire", "couple", "proprietaire", "sport", "hebergement"), "30.77", "Précaire, quatrième"),
        (("complementaire", "couple", "proprietaire", "spectacle", "hebergement"), "30.18", "Précaire, quatrième"),
        (("complementaire", "hebergement", "famille", "couple", "sport"), "29.58", "Non précaire, troisième"),
        ((), "75.14", "Précaire, cinquième"),
    ],
)
def test_epices_bands(yes: tuple[str, ...], value: str, label: str) -> None:
    found = scored("epices", dict.fromkeys(EPICES, "non") | dict.fromkeys(yes, "oui"))["epices"]
    assert found.value == Decimal(value)
    assert band(found).startswith(label)


def test_epices_needs_its_eleven_answers() -> None:
    one = BY_CODE["epices"]
    questionnaire = parse(one.questionnaire)
    answers = filled(questionnaire, dict.fromkeys(EPICES[:-1], "non"))
    assert compute(questionnaire, parse_scoring(one.scoring, questionnaire), answers, Person()) == ()


NONE = {
    "age": "45",
    "imc": "25",
    "taille": "0",
    "activite": "oui",
    "fruits": "oui",
    "tension": "non",
    "glycemie": "non",
    "parente": "aucun",
}


@pytest.mark.parametrize(
    ("changed", "value", "label"),
    [
        ({}, 0, "Risque faible"),
        ({"imc": "25-30", "glycemie": "oui"}, 6, "Risque faible"),
        ({"tension": "oui", "glycemie": "oui"}, 7, "Risque un peu"),
        ({"age": "65", "tension": "oui", "glycemie": "oui"}, 11, "Risque un peu"),
        ({"age": "65", "imc": "30", "parente": "proche"}, 12, "Risque modéré"),
        ({"age": "65", "glycemie": "oui", "parente": "proche"}, 14, "Risque modéré"),
        ({"age": "65", "glycemie": "oui", "parente": "proche", "fruits": "non"}, 15, "Risque élevé"),
        (
            {"age": "65", "imc": "30", "taille": "4", "activite": "non", "tension": "oui", "parente": "proche"},
            20,
            "Risque élevé",
        ),
        (
            {
                "age": "65",
                "imc": "30",
                "taille": "4",
                "activite": "non",
                "fruits": "non",
                "tension": "oui",
                "parente": "proche",
            },
            21,
            "Risque très",
        ),
        (
            {
                "age": "65",
                "imc": "30",
                "taille": "4",
                "activite": "non",
                "fruits": "non",
                "tension": "oui",
                "glycemie": "oui",
                "parente": "proche",
            },
            26,
            "Risque très",
        ),
        ({"taille": "3", "parente": "eloigne", "age": "45-54"}, 8, "Risque un peu"),
    ],
)
def test_findrisc_points_and_bands(changed: dict[str, object], value: int, label: str) -> None:
    found = scored("findrisc", NONE | changed)["findrisc"]
    assert found.value == value
    assert band(found).startswith(label)


@pytest.mark.parametrize(
    ("age", "code"), [(44, "45"), (45, "45-54"), (54, "45-54"), (55, "55-64"), (64, "55-64"), (65, "65")]
)
def test_findrisc_starts_from_the_age(age: int, code: str) -> None:
    questionnaire = parse(BY_CODE["findrisc"].questionnaire)
    values = initial_answers(questionnaire, Person(age=age))[("age", ())]
    assert values[0].data.code == code  # type: ignore[union-attr]
    assert ("age", ()) not in initial_answers(questionnaire, Person())


@pytest.mark.parametrize(
    ("typed", "value", "label"),
    [
        (("non", "non", "oui", "non"), 0, "Dépression improbable"),
        (("non", "non", "non", "non"), 1, "Dépression très probable"),
        (("oui", "oui", "non", "oui"), 4, "Dépression très probable"),
    ],
)
def test_mini_gds(typed: tuple[str, ...], value: int, label: str) -> None:
    links = ("decourage", "vide", "heureux", "desespere")
    found = scored("mini-gds", dict(zip(links, typed, strict=True)))["mini-gds"]
    assert found.value == value
    assert band(found).startswith(label)


@pytest.mark.parametrize(
    ("codes", "value", "label"),
    [
        ("ssssss", "6.0", "Autonome"),
        ("sssssa", "5.5", "Dépendance partielle"),
        ("sssddd", "3.0", "Dépendance partielle"),
        ("ssaddd", "2.5", "Dépendance majeure"),
        ("dddddd", "0.0", "Dépendance majeure"),
    ],
)
def test_katz(codes: str, value: str, label: str) -> None:
    links = ("hygiene", "habillage", "toilettes", "locomotion", "continence", "repas")
    words = {"s": "seul", "a": "aide", "d": "dependant"}
    found = scored("katz", {link: words[c] for link, c in zip(links, codes, strict=True)})["adl"]
    assert found.value == Decimal(value)
    assert band(found) == label


def test_lawton_counts_to_8_and_its_short_form_to_4() -> None:
    links = ("telephone", "courses", "cuisine", "menage", "linge", "transports", "medicaments", "argent")
    whole = scored("lawton", dict.fromkeys(links, "oui"))
    assert (whole["iadl"].value, band(whole["iadl"])) == (8, "Autonome")
    assert (whole["iadl4"].value, band(whole["iadl4"])) == (4, "Pas de dépendance")
    less = scored("lawton", dict.fromkeys(links, "oui") | {"argent": "non", "cuisine": "na"})
    assert (less["iadl"].value, less["iadl4"].value) == (6, 3)
    assert band(less["iadl4"]).startswith("Au moins une dépendance")


@pytest.mark.parametrize(
    ("seconds", "label"),
    [
        ("9,9", "Marche libre"),
        ("10", "Presque"),
        ("19,9", "Presque"),
        ("20", "Mobilité variable"),
        ("30", "Mobilité réduite"),
    ],
)
def test_tug_bands_and_balance_on_one_leg(seconds: str, label: str) -> None:
    found = scored("tug", {"temps": seconds, "unipodal": "4,9"})
    assert band(found["tug"]).startswith(label)
    assert band(found["unipodal"]) == "Risque de chute"
    assert band(scored("tug", {"temps": seconds, "unipodal": "5"})["unipodal"]) == "Sans particularité"


@pytest.mark.parametrize(
    ("sign", "cause", "severity", "value"),
    [
        (["p1"], ["e1"], ["aucun"], 1),
        (["p3", "p4"], ["e3"], ["s2"], 2),
        (["aucun"], ["e1"], ["s3"], 0),
        (["p2"], ["aucun"], ["s1"], 0),
        (["aucun"], ["aucun"], ["aucun"], 0),
    ],
)
def test_has_undernutrition_needs_a_sign_and_a_cause(
    sign: list[str], cause: list[str], severity: list[str], value: int
) -> None:
    found = scored("has-nutrition", {"phenotype": sign, "etiologie": cause, "severite": severity})["denutrition"]
    assert found.value == value


@pytest.mark.parametrize(
    ("code", "total", "label"),
    [
        ("mna-sf", "7", "Dénutrition"),
        ("mna-sf", "8", "Risque"),
        ("mna-sf", "11", "Risque"),
        ("mna-sf", "12", "État"),
        ("mini-zarit", "1", "Fardeau léger ou"),
        ("mini-zarit", "1,5", "Fardeau léger à"),
        ("mini-zarit", "3,5", "Fardeau modéré"),
        ("mini-zarit", "5,5", "Fardeau sévère"),
        ("zarit", "20", "Fardeau léger ou"),
        ("zarit", "21", "Fardeau léger à"),
        ("zarit", "41", "Fardeau modéré"),
        ("zarit", "61", "Fardeau sévère"),
        ("m-chat", "2", "Risque faible"),
        ("m-chat", "3", "Risque modéré"),
        ("m-chat", "8", "Risque élevé"),
    ],
)
def test_slots_of_licensed_scores_have_their_bands(code: str, total: str, label: str) -> None:
    assert band(scored(code, {"total": total})[code]).startswith(label)


@pytest.mark.parametrize(("points", "alerts"), [("0", 0), ("1", 1), ("3", 1)])
def test_epds_tells_item_10_at_once_whatever_the_total(points: str, alerts: int) -> None:
    one = BY_CODE["epds"]
    questionnaire = parse(one.questionnaire)
    scoring = parse_scoring(one.scoring, questionnaire)
    answers = filled(questionnaire, dict.fromkeys((f"q{n}" for n in range(1, 10)), "0") | {"q10": points})
    scores = compute(questionnaire, scoring, answers, Person())
    assert scores[0].value == int(points)
    assert len(raised(questionnaire, scoring, answers, scores)) == alerts


@pytest.mark.parametrize(
    ("total", "label"), [(9, "Sous le seuil"), (10, "Dépistage"), (12, "Dépistage"), (13, "Dépression")]
)
def test_epds_bands(total: int, label: str) -> None:
    points = [str(min(3, max(0, total - 3 * n))) for n in range(10)]
    typed: dict[str, object] = {f"q{n}": p for n, p in enumerate(points, 1)}
    assert band(scored("epds", typed)["epds"]).startswith(label)


PARTS = {
    "coherence": ("communication", "comportement"), "orientation": ("temps", "espace"), "toilette": ("haut", "bas"),
    "habillage": ("haut", "moyen", "bas"), "alimentation": ("servir", "manger"), "elimination": ("urinaire", "fecale"),
}  # fmt: skip
ADVERBS = {"A": ["S", "T", "H", "C"], "B": ["T"], "C": ["aucun"]}


def proposed(variable: str, letters: tuple[str, ...]) -> str:
    """The composite letter, as coordination §4.1 says it in words."""
    if set(letters) == {"A"}:
        return "A"
    if variable in ("toilette", "habillage"):
        return "C" if set(letters) == {"C"} else "B"
    if variable == "alimentation":
        return "C" if letters in (("C", "C"), ("B", "C"), ("C", "B")) else "B"
    return "C" if "C" in letters else "B"


def detailed(**typed: object) -> dict[str, str]:
    """What the form computes of the parts, by linkId."""
    questionnaire = parse(BY_CODE["aggir"].questionnaire)
    given = filled(questionnaire, {"detail": "oui"} | {key.replace("_", "-"): value for key, value in typed.items()})
    found = calculated(questionnaire, given, Person())
    return {link: values[0].text for (link, _), values in found.items() if link.endswith(("-lettre", "-propose"))}


@pytest.mark.parametrize("variable", PARTS)
def test_the_parts_of_an_aggir_activity_propose_its_letter(variable: str) -> None:
    parts = PARTS[variable]
    for letters in itertools.product("ABC", repeat=len(parts)):
        found = detailed(**{f"{variable}-{part}": ADVERBS[one] for part, one in zip(parts, letters, strict=True)})
        assert tuple(found[f"{variable}-{part}-lettre"] for part in parts) == letters
        assert found[f"{variable}-propose"] == proposed(variable, letters), letters


def test_the_letter_of_a_part_comes_from_the_four_adverbs() -> None:
    for size in range(5):
        for ticked in itertools.combinations("STHC", size):
            letter = {0: "", 4: "A"}.get(size, "B")
            found = detailed(toilette_haut=list(ticked))
            assert found.get("toilette-haut-lettre", "") == letter
            assert "toilette-propose" not in found  # its other part is not coded yet
    assert detailed(toilette_haut=["aucun"])["toilette-haut-lettre"] == "C"
    assert "toilette-haut-lettre" not in detailed(toilette_haut=["aucun", "S"])  # one or the other


def test_the_detail_is_optional_and_the_evaluator_gives_the_letter() -> None:
    typed: dict[str, object] = dict.fromkeys([*VARIABLES, "exterieur", "communication"], "A")
    assert scored("aggir", typed)["gir"].value == 6
    parts = {f"toilette-{part}": ADVERBS["C"] for part in PARTS["toilette"]}
    assert scored("aggir", typed | {"detail": "oui"} | parts)["gir"].value == 6
    assert scored("aggir", typed | {"detail": "oui"} | parts | {"toilette": "C"})["gir"].value != 6
