"""Truth table of the sharing decision (coordination §2.1, §2.4-3)."""

from dataclasses import replace
from itertools import product

import pytest

from pepites.access.enums import Level, Regime
from pepites.access.policies import SharingFacts, decide_sharing, regime_between
from pepites.common.actor import ProfessionCategory
from pepites.common.decision import Reason

HEALTH, SOCIAL, OUTSIDE = ProfessionCategory.HEALTH, ProfessionCategory.SOCIAL, ProfessionCategory.OUTSIDE
MEMBER = SharingFacts(member=True, member_accepted=True, same_team=True)
CONSENTED = SharingFacts(member=True, member_accepted=True, consent=True)

TABLE = [
    # facts, allowed, reason, basis
    (SharingFacts(signed_in=False), Reason.NOT_SIGNED_IN, ""),
    (replace(MEMBER, strong=False), Reason.WEAK_AUTHENTICATION, ""),
    (replace(MEMBER, category=OUTSIDE), Reason.CATEGORY_EXCLUDED, ""),
    (SharingFacts(), Reason.NOT_IN_CIRCLE, ""),
    (SharingFacts(member=True), Reason.MEMBERSHIP_PENDING, ""),
    (replace(MEMBER, member_ended=True), Reason.MEMBERSHIP_ENDED, ""),
    (MEMBER, Reason.ALLOWED, "equipe"),
    (replace(MEMBER, same_team=False), Reason.CONSENT_MISSING, ""),
    (CONSENTED, Reason.ALLOWED, "consentement"),
    (replace(CONSENTED, category=SOCIAL), Reason.ALLOWED, "consentement"),
    (replace(MEMBER, opposition=True), Reason.OPPOSITION, ""),
    (replace(CONSENTED, opposition=True), Reason.OPPOSITION, ""),
    (SharingFacts(coordination=True), Reason.ALLOWED, "coordination"),
    (SharingFacts(coordination=True, opposition=True), Reason.OPPOSITION, ""),
    (SharingFacts(author=True, opposition=True), Reason.ALLOWED, "auteur"),
    (SharingFacts(author=True, category=OUTSIDE), Reason.CATEGORY_EXCLUDED, ""),
    (SharingFacts(emergency=True), Reason.ALLOWED, "bris_de_glace"),
    (SharingFacts(emergency=True, opposition=True), Reason.ALLOWED, "bris_de_glace"),
    (SharingFacts(emergency=True, category=SOCIAL), Reason.NOT_IN_CIRCLE, ""),
    (SharingFacts(emergency=True, sealed=True), Reason.SEALED, ""),
    (replace(MEMBER, sealed=True), Reason.SEALED, ""),
    (replace(MEMBER, sealed=True, sealed_reader=True), Reason.ALLOWED, "equipe"),
    (replace(MEMBER, level=Level.SOCIAL, required_level=Level.FULL), Reason.LEVEL_TOO_LOW, ""),
    (replace(MEMBER, level=Level.IDENTITY, required_level=Level.IDENTITY), Reason.ALLOWED, "equipe"),
]


@pytest.mark.parametrize(("facts", "reason", "basis"), TABLE)
def test_sharing_truth_table(facts: SharingFacts, reason: Reason, basis: str) -> None:
    decision = decide_sharing(facts)
    assert (decision.reason, decision.basis, decision.allowed) == (reason, basis, reason is Reason.ALLOWED)
    assert decision.allowed or decision.message


FLAGS = ("member", "member_accepted", "member_ended", "same_team", "consent", "opposition", "coordination", "emergency")


@pytest.mark.parametrize("category", [HEALTH, SOCIAL])
def test_no_combination_opens_without_a_way_in(category: ProfessionCategory) -> None:
    """Deny by default: over every combination, a yes always has one of the lawful ways in."""
    for values in product([False, True], repeat=len(FLAGS)):
        facts = SharingFacts(category=category, **dict(zip(FLAGS, values, strict=True)))
        lawful = (facts.emergency and category is HEALTH) or (
            not facts.opposition
            and (
                facts.coordination
                or (
                    facts.member
                    and facts.member_accepted
                    and not facts.member_ended
                    and (facts.same_team or facts.consent)
                )
            )
        )
        assert decide_sharing(facts).allowed is bool(lawful), facts


@pytest.mark.parametrize(
    ("same", "sender", "recipient", "regime"),
    [
        (True, HEALTH, HEALTH, Regime.TEAM),
        (True, HEALTH, SOCIAL, Regime.TEAM),
        (True, HEALTH, OUTSIDE, Regime.OUTSIDE_TEAM),
        (False, HEALTH, HEALTH, Regime.OUTSIDE_TEAM),
        (False, HEALTH, SOCIAL, Regime.OUTSIDE_TEAM),
    ],
)
def test_regime(same: bool, sender: ProfessionCategory, recipient: ProfessionCategory, regime: Regime) -> None:
    assert regime_between(same_organization=same, sender=sender, recipient=recipient) is regime
