"""The wall of a network: which steps of its protocols are late, for whom, since when."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pepites.audit.unit import record
from pepites.common.addresses import address
from pepites.common.decision import Reason, deny
from pepites.common.errors import NotFound, Refused
from pepites.common.views import actor_of, whole_number
from pepites.coordination.enums import MemberRole
from pepites.coordination.selectors.protocols import PAGE, Share, wall_visible_to
from pepites.coordination.views.printing import options
from pepites.networks.selectors import network_by_slug


@require_safe
def wall(request: HttpRequest, slug: str) -> HttpResponse:
    """For who coordinates the network; the persons shown are journalled."""
    actor, network = actor_of(request), network_by_slug(slug)
    if network is None:
        raise NotFound
    if network.pk not in actor.coordinated:
        raise Refused(
            deny(Reason.ROLE_MISSING), code="coordination.file.refused", object_type="network", object_id=slug
        )
    code, role = request.GET.get("parcours", "")[:40], request.GET.get("role", "")
    role = role if role in MemberRole.values else ""
    page = min(whole_number(request.GET.get("page")) or 1, 400)
    found = wall_visible_to(actor, network, code=code, role=role, page=page)
    record("coordination.wall.read", subjects=found.subjects, object_type="network", object_id=slug)
    context = {
        "network": network,
        "wall": found,
        "bars": [_bar(share) for share in found.shares],
        "protocols": options((("", "Tous"), *((one.code, one.title) for one in found.shares)), code),
        "roles": options((("", "Tous"), *MemberRole.choices), role),
        "previous": _address(slug, code, role, page - 1) if page > 1 else "",
        "next": _address(slug, code, role, page + 1) if page * PAGE < found.late else "",
        "page_label": f"{(page - 1) * PAGE + 1} à {(page - 1) * PAGE + len(found.lines)} sur {found.late}",
    }
    return render(request, "coordination/wall.html", context)


def _bar(share: Share) -> dict[str, object]:
    """A protocol's open steps end to end: late, due, coming within a month."""
    total = share.late + share.due + share.coming
    start, parts = 0.0, []
    for kind, label, count in (
        ("late", "en retard", share.late), ("due", "à faire", share.due), ("coming", "dans le mois", share.coming),
    ):  # fmt: skip
        width = 100 * count / total if total else 0.0
        parts.append({"kind": kind, "label": label, "count": count, "start": f"{start:.2f}", "width": f"{width:.2f}"})
        start += width
    return {"title": share.title, "parts": parts}


def _address(slug: str, code: str, role: str, page: int) -> str:
    asked = {"parcours": code, "role": role, "page": str(page)}
    return f"{address('coordination:wall', slug)}?{urlencode({key: value for key, value in asked.items() if value})}"
