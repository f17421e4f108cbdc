"""What the screens read of FINESS."""

from pepites.common.clock import local_day
from pepites.directory.enums import LoadState
from pepites.directory.finess.columns import is_finess
from pepites.directory.models import DirectoryLoad, FinessStructure


def structure_by_finess(text: str) -> FinessStructure | None:
    """The structure of that number, spaces allowed; None when it is no number or is not there."""
    plain = text.replace(" ", "").upper()
    return FinessStructure.objects.filter(pk=plain).first() if is_finess(plain) else None


def finess_label() -> str:
    """« FINESS, mise à jour du 25/11/2026 »; empty before the first load."""
    load = DirectoryLoad.objects.filter(kind="finess", state=LoadState.DONE).order_by("-id").first()
    if load is None:
        return ""
    day = load.extracted_on or local_day(load.finished_at or load.started_at)
    return f"FINESS, mise à jour du {day:%d/%m/%Y}"
