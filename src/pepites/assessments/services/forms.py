"""Preparing forms: a network's administrators make, publish and retire versions."""

import re
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from pepites.assessments.definitions import definition_of
from pepites.assessments.enums import Category, VersionState
from pepites.assessments.models import Form, FormVersion
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.decision import Reason, deny
from pepites.common.errors import Conflict, DomainError, Refused
from pepites.networks.policies import can_administer_network

CODE = "assessments.form.refused"
LENGTHS = {"title": 200, "licence": 300, "source": 500, "caution": 600}


def create_form(
    *,
    actor: Actor,
    network_id: int,
    category: str,
    questionnaire: dict[str, Any],
    scoring: dict[str, Any] | None = None,
    code: str = "",
    **texts: str,
) -> FormVersion:
    """Make a form of a network, as a version being prepared: from nothing, or from an imported Questionnaire."""
    _require(actor, network_id)
    if category not in Category.values:
        raise DomainError("Choisissez qui lit les réponses.", field="category")
    title = str(questionnaire.get("title") or "").strip()
    if not title:
        raise DomainError("Donnez un titre au formulaire.", field="title")
    wanted = slugify(code or title)[:50] or "formulaire"
    taken = set(Form.objects.filter(network_id=network_id, code__startswith=wanted).values_list("code", flat=True))
    free = next(name for name in (wanted, *(f"{wanted}-{n}" for n in range(2, 1000))) if name not in taken)
    try:
        with transaction.atomic():
            form = Form.objects.create(network_id=network_id, code=free, category=category)
    except IntegrityError:
        raise Conflict("Un formulaire vient d'être créé sous ce nom. Recommencez.") from None
    version = FormVersion.objects.create(
        form=form, number=1, title=title[:200], questionnaire=questionnaire, scoring=scoring or {}, **_texts(texts)
    )
    _journal("assessments.form.created", version, "C")
    return version


def save_version(
    *,
    actor: Actor,
    version: FormVersion,
    revision: int,
    questionnaire: dict[str, Any],
    scoring: dict[str, Any],
    **texts: str,
) -> FormVersion:
    """Keep what is being prepared, right or not yet; ``revision`` is the one that was read."""
    _own(actor, version)
    if version.state != VersionState.DRAFT:
        raise DomainError("Cette version est publiée : préparez-en une nouvelle.")
    title = str(questionnaire.get("title") or "").strip()[:200]
    if not title:
        raise DomainError("Donnez un titre au formulaire.", field="title")
    done = FormVersion.objects.filter(pk=version.pk, revision=revision, state=VersionState.DRAFT).update(
        questionnaire=questionnaire, scoring=scoring, title=title, revision=revision + 1, **_texts(texts)
    )
    if not done:
        raise Conflict("Ce formulaire a changé entre-temps. Rechargez la page.")
    version.refresh_from_db()
    _journal("assessments.form.changed", version)
    return version


def start_version(*, actor: Actor, form: Form) -> FormVersion:
    """The version being prepared of a form, made from the last one when there is none."""
    _require(actor, form.network_id)
    prepared = form.versions.filter(state=VersionState.DRAFT).first()
    if prepared is not None:
        return prepared
    last = form.versions.order_by("-number").first()
    if last is None:
        raise DomainError("Ce formulaire n'a aucune version.")
    made = FormVersion.objects.create(
        form=form, number=last.number + 1, title=last.title, questionnaire=last.questionnaire, scoring=last.scoring,
        licence=last.licence, source=last.source, caution=last.caution,
    )  # fmt: skip
    _journal("assessments.form.changed", made, "C")
    return made


def publish_version(*, actor: Actor, version: FormVersion, revision: int) -> FormVersion:
    """Serve a version: checked whole, never changed again; the former one retires and keeps its answers."""
    _own(actor, version)
    if version.state != VersionState.DRAFT:
        raise DomainError("Cette version est déjà publiée.")
    definition = definition_of(version)
    if not definition.questionnaire.questions:
        raise DomainError("Ajoutez au moins une question avant de publier.")
    if not version.source.strip() or not version.licence.strip():
        raise DomainError("Dites d'où vient ce formulaire et à quelles conditions il peut servir (source et licence).")
    FormVersion.objects.filter(form_id=version.form_id, state=VersionState.PUBLISHED).update(state=VersionState.RETIRED)
    done = FormVersion.objects.filter(pk=version.pk, revision=revision, state=VersionState.DRAFT).update(
        state=VersionState.PUBLISHED, published_at=now(), published_by=actor.user_id
    )
    if not done:
        raise Conflict("Ce formulaire a changé entre-temps. Rechargez la page.")
    version.refresh_from_db()
    _journal("assessments.form.published", version)
    return version


def retire_form(*, actor: Actor, form: Form) -> None:
    """Propose a form no more; what was answered stays readable."""
    _require(actor, form.network_id)
    for version in form.versions.filter(state=VersionState.PUBLISHED):
        FormVersion.objects.filter(pk=version.pk).update(state=VersionState.RETIRED)
        _journal("assessments.form.retired", version)


def _texts(texts: dict[str, str]) -> dict[str, str]:
    return {name: re.sub(r"\s+", " ", texts[name]).strip()[: LENGTHS[name]] for name in texts}


def _own(actor: Actor, version: FormVersion) -> None:
    _require(actor, version.form.network_id)


def _require(actor: Actor, network_id: int | None) -> None:
    """A shipped form belongs to no network: nobody changes it here."""
    decision = deny(Reason.ROLE_MISSING) if network_id is None else can_administer_network(actor, network_id)
    if not decision:
        raise Refused(decision, code=CODE, object_type="network", object_id=str(network_id))


def _journal(code: str, version: FormVersion, action: str = "U") -> None:
    record(code, action=action, object_type="form", object_id=version.public_id, detail={"number": version.number})
