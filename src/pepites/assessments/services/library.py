"""The shipped instruments, made to exist on every base."""

from django.db import transaction

from pepites.assessments.enums import VersionState
from pepites.assessments.library.reading import Instrument, instruments
from pepites.assessments.models import Form, FormVersion
from pepites.common.clock import now


def ensure_library() -> list[FormVersion]:
    """Publish each shipped instrument where it is missing or has changed; run as the owner when a base is prepared.

    A changed instrument is a new version: what was answered keeps the former one.
    """
    return [_ensure(one) for one in instruments()]


def _ensure(one: Instrument) -> FormVersion:
    with transaction.atomic():
        form, _ = Form.objects.get_or_create(network=None, code=one.code, defaults={"category": one.category})
        served = form.versions.filter(state=VersionState.PUBLISHED).first()
        wanted = {
            "questionnaire": one.questionnaire, "scoring": one.scoring, "licence": one.licence, "source": one.source,
            "caution": one.caution, "title": one.questionnaire["title"],
        }  # fmt: skip
        if served is not None and all(getattr(served, name) == value for name, value in wanted.items()):
            return served
        last = form.versions.order_by("-number").first()
        if served is not None:
            FormVersion.objects.filter(pk=served.pk).update(state=VersionState.RETIRED)
        return FormVersion.objects.create(
            form=form, number=last.number + 1 if last else 1, state=VersionState.PUBLISHED, published_at=now(), **wanted
        )
