"""``pepites identity explain`` on the base: why two identities of the region look alike, or do not."""

from pepites.audit.unit import record, unit_of_work
from pepites.common.actor import Channel, system_actor
from pepites.common.errors import DomainError
from pepites.identity.linkage.explaining import bars
from pepites.identity.matching.score import Term
from pepites.regional.database import rows, subjects_of
from pepites.regional.engine import Judged, MatchRecord, judge, likelihood
from pepites.regional.functions.queries import DATA
from pepites.regional.models import RuleSet
from pepites.regional.records import match_record, thresholds_of
from pepites.regional.selectors.labels import veto_label

_CLASSES = {"A": "A, lien automatique", "B": "B, à revoir", "C": "C, pas de lien"}
_ONE = f"""SELECT r.id, l.person_id, r.domain_id, '', r.status, r.birth_date, {DATA} FROM regional_regionalrecord r
JOIN regional_domain d ON d.id = r.domain_id JOIN regional_link l ON l.record_id = r.id AND l.active
WHERE r.active AND (d.code || ':' || r.local_id = %s OR r.public_id::text = %s)"""  # noqa: S608 - our own text


def explained_pair(one: str, other: str) -> str:
    """The waterfall of two identities, each named ``DOMAIN:local number`` or by its public identifier; journalled.

    For a command on the server. Raises ``DomainError`` for an identity that is not there.
    """
    with unit_of_work(system_actor("identity_explain", channel=Channel.COMMAND)):
        left, right = _found(one), _found(other)
        ids = [left.record_id, right.record_id]
        record("regional.card.read", subjects=subjects_of(ids), object_type="regional_record", object_id=ids[0])
        (verdict,) = judge(left, [right], thresholds_of(RuleSet.objects.get(pk=1)))
    return _text(verdict)


def _found(name: str) -> MatchRecord:
    found = rows("regional.record.refused", _ONE, [name, name])
    if not found:
        raise DomainError(
            f"« {name} » n'est pas une identité active du serveur : écrivez DOMAINE:identifiant (CHC:1234567)."
        )
    return match_record(*found[0])


def _text(verdict: Judged) -> str:
    lines = bars([Term("", *_parted(term.label), term.points) for term in verdict.terms])
    lines += [
        "",
        f"Score {verdict.score:+.2f}, probabilité {likelihood(verdict.score):.1%}, classe {_CLASSES[verdict.cls]}.",
    ]
    return "\n".join([*lines, *(f"Prudence : {veto_label(word)}." for word in verdict.vetoes)])


def _parted(label: str) -> tuple[str, str]:
    name, _, found = label.partition(" : ")
    return name, found
