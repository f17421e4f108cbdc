"""The model file: genuine, for these comparisons, whole; and the trees summed into tables without loss."""

import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from pepites.identity.linkage import cold, estimating, tables, training
from pepites.identity.matching.comparisons import COMPARISONS
from pepites.identity.matching.model import INDEX, SHIPPED, ModelError, dump, parse, read, shipped, sign
from pepites.identity.matching.score import INS_DIFFERENT, INS_SAME, INVERTED_SOUND

SECRET = b"secret d'essai"


def _drawn(rows: int, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.stack([rng.integers(-1, len(one.levels), rows) for one in COMPARISONS], axis=1).astype(np.int8)


def test_the_shipped_model_is_read_and_written_back_the_same() -> None:
    assert parse(dump(shipped())) == shipped()


def test_a_model_touched_by_hand_is_refused(tmp_path: Path) -> None:
    text = dump(shipped())
    path = tmp_path / "modele.json"
    path.write_text(text.replace('"auto":', '"auto": '), encoding="utf-8")
    path.with_suffix(".sig").write_text(sign(text, SECRET), encoding="ascii")
    with pytest.raises(ModelError, match="signature"):
        read(path, secret=SECRET)
    path.write_text(text, encoding="utf-8")
    assert read(path, secret=SECRET) == shipped()
    with pytest.raises(ModelError, match="signature"):
        read(path, secret=b"autre instance")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda body: body.pop("main"), "incomplet"),
        (lambda body: body["main"].update(sur=[0.0]), "incomplet"),
        (lambda body: body["main"].update(sur=[float("nan")] * 12), "incomplet"),
        (lambda body: body["first"]["m"].update(sex=[0.0, 1.0]), "incomplet"),
        (lambda body: body.update(kind="autre"), "n'est pas un modèle"),
        (lambda body: body["levels"].update(sex=["oui", "non"]), "d'autres comparaisons"),
        (lambda body: body.update(auto=-9), "seuil"),
    ],
)
def test_a_model_that_does_not_hold_is_refused(change: object, words: str) -> None:
    body = json.loads(SHIPPED.read_text(encoding="utf-8"))
    change(body)  # type: ignore[operator]
    with pytest.raises(ModelError, match=words):
        parse(json.dumps(body))


def test_any_text_is_refused_without_failing() -> None:
    for text in ("", "[]", "null", "{}", '{"kind": 3}', '{"kind": "pepites-rapprochement", "levels": 3}', "[" * 5000):
        with pytest.raises(ModelError):
            parse(text)


def test_the_tables_are_the_trees() -> None:
    levels = _drawn(3000)
    truth = (levels[:, INDEX["sur"]] + levels[:, INDEX["giv"]] > 9).astype(np.int8)
    grown = training._grow(levels, truth, np.ones(len(levels)), 0)
    made = tables.from_trees(grown)
    inputs = levels.astype(np.float32)
    inputs[inputs < 0] = np.nan
    inputs[:, INDEX["ins"]] = 0
    bare = levels.copy()
    bare[:, INDEX["ins"]] = -1
    total = np.full(len(levels), made.intercept)
    for name, values in made.main.items():
        total += np.asarray(values)[bare[:, INDEX[name]].astype(int) + 1]
    for (one, two), table in made.pairs.items():
        total += np.asarray(table)[bare[:, INDEX[one]].astype(int) + 1, bare[:, INDEX[two]].astype(int) + 1]
    assert np.abs(total - grown.decision_function(inputs)).max() < 0.05  # tables keep three decimals


def test_a_tree_on_three_comparisons_is_refused() -> None:
    levels = _drawn(3000)
    inputs = levels.astype(np.float32)
    truth = (levels[:, 0] > 4) & (levels[:, 1] > 4) & (levels[:, 5] > 5)
    grown = HistGradientBoostingClassifier(max_iter=5).fit(inputs, truth)
    with pytest.raises(ValueError, match="plus de deux"):
        tables.from_trees(grown)


@pytest.mark.parametrize("name", sorted(training.MONOTONE))
def test_a_better_answer_never_lowers_the_score(name: str) -> None:
    """Whatever the other answers: the sum of a comparison's tables grows with its level."""
    model = shipped()
    least = np.diff(np.asarray(model.main.get(name, [0.0] * (len(COMPARISONS[INDEX[name]].levels) + 1)))[1:])
    for (one, two), table in model.pairs.items():
        if name in (one, two):
            grid = np.asarray(table) if name == one else np.asarray(table).T
            least = least + np.diff(grid[1:], axis=0).min(axis=1)
    assert least.min() > -0.02  # tables keep three decimals


def test_the_more_records_the_higher_the_thresholds() -> None:
    """Homonyms grow as the square of the records: a million needs more proof than what the model was taught on."""
    model = shipped()
    assert model.source["fiches"] == 200_000
    assert model.among(200_000) == model
    wide = model.among(1_000_000)
    assert wide.auto == pytest.approx(model.auto + 0.8 * math.log(5))
    assert wide.link == pytest.approx(model.link + 0.4 * math.log(5))
    assert wide.review == model.review
    few = model.among(20_000)
    assert few.link == pytest.approx(model.link - 0.8), "homonyms are fewer in a small file"
    assert model.among(0) == few
    assert few.auto == model.auto, "what nobody looks at needs as much"
    taught_here = dataclasses.replace(model, source=model.source | {"fiches": 1_000})
    assert taught_here.among(200_000) == taught_here == taught_here.among(1_000), "as many as what taught it"


def test_few_pairs_are_not_enough() -> None:
    with pytest.raises(training.NotEnough, match="il en faut 200"):
        training.enough(training.taught(_drawn(50)))


def test_a_column_that_no_record_has_teaches_nothing_and_stops_nothing() -> None:
    levels = _drawn(2000)
    levels[:, INDEX["pho"]] = -1
    levels[:, INDEX["ins"]] = np.where(levels[:, INDEX["giv"]] > 8, INS_SAME, INS_DIFFERENT)
    levels[:, INDEX["sex"]] = 1
    model = training.train(training.taught(levels), version="essai", source={})
    assert "pho" not in model.main
    assert "giv" in model.main


def test_names_in_the_other_order_are_not_held_against_a_cold_model() -> None:
    """GUY-5: what surname and given name find of them is left out of the sum."""
    levels = _drawn(3000)
    levels[:, INDEX["ins"]] = -1
    model = cold.model(training.taught(levels), None, version="froid", source={})
    row = [-1] * len(COMPARISONS)
    row[INDEX["sur"]], row[INDEX["giv"]] = 0, 0
    apart = model.summed(row)
    assert apart != pytest.approx(model.intercept)
    row[INDEX["inv"]] = INVERTED_SOUND
    assert model.summed(row) == pytest.approx(model.intercept + model.main["inv"][INVERTED_SOUND + 1])


def test_the_ins_teaches_and_a_decision_prevails() -> None:
    levels = _drawn(4)
    levels[:, INDEX["ins"]] = (2, 0, -1, 0)
    levels[0, INDEX["giv"]] = 12
    taught = training.taught(levels, {3: True})
    assert taught.known.tolist() == [1, 0, -1, 1]
    assert taught.weight[3] > taught.weight[1]


def test_pairs_that_seldom_have_their_two_ins_are_heard_as_much_as_the_others() -> None:
    """Else the communities that the INS already serves would teach alone (rapprochement §4)."""
    chance = np.array([0.36, 0.09, 0.0004, 0.36])
    weight = estimating._heard(chance)
    assert weight.tolist() == pytest.approx([1.0, 4.0, estimating.MOST_HEARD, 1.0])
    levels = _drawn(4)
    levels[:, INDEX["ins"]] = (2, 0, -1, 0)
    levels[0, INDEX["giv"]] = 12
    taught = training.taught(levels, {3: True}, weight=weight)
    assert taught.weight[1] == pytest.approx(4 * taught.weight[0])
    assert taught.weight[taught.known >= 0][:2].sum() == pytest.approx(2.5), "one on average, the decision apart"
    assert taught.weight[3] == 3.0


def test_an_ins_that_the_traits_deny_teaches_nothing() -> None:
    levels = _drawn(1)
    for name, level in (("ins", 2), ("sex", 0), ("giv", 0), ("dob", 0)):
        levels[0, INDEX[name]] = level
    assert training.taught(levels).known.tolist() == [-1]


def test_questions_are_the_most_doubtful_pairs() -> None:
    levels = _drawn(400)
    asked = training.questions(shipped(), levels, 10)
    assert len(set(asked)) == 10
