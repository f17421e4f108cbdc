"""What the national copy says of itself and of the people who work with Pépites."""

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.utils.timezone import localtime

from pepites.common.clock import local_day
from pepites.directory.enums import LoadState
from pepites.directory.models import DirectoryLoad, NationalPerson, Professional
from pepites.directory.national.columns import FileKind


def last_load() -> DirectoryLoad | None:
    """The load of Personne_activite that is served."""
    return DirectoryLoad.objects.filter(kind=FileKind.ACTIVITY, state=LoadState.DONE).order_by("-id").first()


def update_label(load: DirectoryLoad | None) -> str:
    """« RPPS, mise à jour du 25/11/2026 », due on every screen that shows the directory (§2, rule 4)."""
    if load is None:
        return "RPPS : annuaire national pas encore chargé"
    day = load.extracted_on or local_day(load.finished_at or load.started_at)
    return f"RPPS, mise à jour du {day:%d/%m/%Y}"


def lost_professionals() -> list[Professional]:
    """Active professionals of Pépites whose RPPS number left the national directory (§2, rule 5): the administrators
    of accesses must look at them. Each has ``missing_since``."""
    missing = NationalPerson.objects.filter(active=False, national_id__startswith="8")
    since = {one.rpps: one.missing_since for one in _known_here(missing) if one.rpps}
    found = list(Professional.objects.filter(active=True, rpps__in=list(since)).order_by("sort_key"))
    for one in found:
        one.missing_since = since[one.rpps or ""]  # type: ignore[attr-defined]
    return found


def _known_here(missing: QuerySet[NationalPerson]) -> QuerySet[NationalPerson]:
    ours = Professional.objects.filter(~Q(rpps=None), active=True).annotate(national=Concat(Value("8"), F("rpps")))
    return missing.filter(national_id__in=ours.values("national"))


def recent_loads(limit: int = 5) -> list[DirectoryLoad]:
    """The last loads, whatever became of them: the register is readable by everyone."""
    found = list(DirectoryLoad.objects.order_by("-id")[:limit])
    for one in found:
        one.day = f"{localtime(one.started_at):%d/%m/%Y %H:%M}"  # type: ignore[attr-defined]
    return found
