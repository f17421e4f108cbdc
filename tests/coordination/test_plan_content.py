"""The content of a plan, by properties: cut by level, frozen, compared."""

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.coordination.plan_factories import Planned, planned, publish

from pepites.coordination.plan.content import EMPTY, Content, compare, digest, merged, part_of
from pepites.coordination.plan.drafting import change_item
from pepites.coordination.plan.enums import ActionState, ConcernDomain, GoalResult
from pepites.coordination.plan.selectors import contents_of, draft_content, version_visible_to

words = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=30)
uids = st.uuids(version=4).map(str)
actions = st.fixed_dictionaries(
    {
        "uid": uids, "text": words, "type": st.just("aide"), "owner": words, "start_on": st.just(""),
        "due_on": st.dates().map(lambda day: day.isoformat()), "frequency": st.just(""),
        "state": st.sampled_from(ActionState.values), "outcome": words,
    }
)  # fmt: skip
goals = st.fixed_dictionaries(
    {
        "uid": uids, "text": words, "horizon": st.just(""), "shared": st.booleans(),
        "result": st.sampled_from(GoalResult.values), "reason": words, "actions": st.lists(actions, max_size=2),
    }
)  # fmt: skip
concerns = st.fixed_dictionaries(
    {
        "uid": uids, "level": st.sampled_from([2, 3]), "domain": st.sampled_from(ConcernDomain.values), "text": words,
        "priority": st.sampled_from([1, 2, 3]), "retained": st.booleans(), "reason": words,
        "goals": st.lists(goals, max_size=2),
    }
)  # fmt: skip
contents = st.builds(
    lambda wishes, problems: merged([{"expectations": wishes, "concerns": problems}]),
    st.lists(st.fixed_dictionaries({"uid": uids, "author": st.just("personne"), "text": words}), max_size=3),
    st.lists(concerns, max_size=3),
)


@given(content=contents)
def test_the_parts_make_the_whole_again_and_the_hash_follows_the_words(content: Content) -> None:
    parts = [json.loads(json.dumps(part_of(content, level))) for level in (2, 3)]
    assert merged(parts) == content
    assert digest(merged(parts)) == digest(content)
    assert all(one["level"] == 2 for one in parts[0]["concerns"])


@given(content=contents, other=contents)
def test_comparing_tells_every_difference_and_nothing_else(content: Content, other: Content) -> None:
    assert compare(content, content) == []
    assert len(compare(EMPTY, content)) == count(content)
    told = compare(content, other)
    assert sum(change.what == "ajouté" for change in told) == count(other)  # no identifier in common
    assert sum(change.what == "retiré" for change in told) == count(content)


@given(content=contents.filter(lambda one: one["concerns"]), text=words)
def test_one_word_changed_is_one_change(content: Content, text: str) -> None:
    changed = copy.deepcopy(content)
    changed["concerns"][0]["text"] = text
    told = compare(content, changed)
    before = content["concerns"][0]["text"]
    assert [change.fields for change in told] == ([] if text == before else [(("Problème", before, text),)])


def count(content: Content) -> int:
    below: Any = [goal for one in content["concerns"] for goal in one["goals"]]
    return len(content["expectations"]) + len(content["concerns"]) + len(below) + sum(len(g["actions"]) for g in below)


@pytest.fixture
def written(db: None) -> Planned:
    return planned()


@pytest.mark.slow
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=words.filter(str.strip))
def test_what_is_drafted_is_what_is_published_and_compared(written: Planned, text: str) -> None:
    p = written
    with p.w.acting("coordinator") as actor:
        item = p.items["goal"]
        item.refresh_from_db()
        before = draft_content(p.plan)
        change_item(actor=actor, item=item, values={"text": f"{text} {item.version}"}, version=item.version)
        draft = draft_content(p.plan)
    version = publish(p, f"Version de {text.strip()[:20]}")
    with p.w.acting("coordinator") as actor:
        kept = version_visible_to(actor, p.plan, version.number)
        assert kept is not None
        assert contents_of([kept])[version.number] == draft
    assert [change.what for change in compare(before, draft)] == ["modifié"]
