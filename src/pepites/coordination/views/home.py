"""Accueil, Plus, and one's own tasks."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_http_methods, require_safe

from pepites.access.selectors_emergency import may_review_some
from pepites.accounts.rppsplus.policies import can_follow_rpps
from pepites.agenda.selectors.lines import Filter, days_visible_to
from pepites.audit.attempts import attempt
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now, today
from pepites.common.identifiers import new_uuid
from pepites.common.views import actor_of, posted, status_of
from pepites.coordination import services
from pepites.coordination.figures.policies import can_compare
from pepites.coordination.figures.selectors import networks_counted_by
from pepites.coordination.forms import TaskForm
from pepites.coordination.referrals.selectors import waiting_for
from pepites.coordination.selectors import around
from pepites.coordination.selectors.home import urgent_waiting
from pepites.coordination.selectors.labels import day_label, moment_label
from pepites.messaging.selectors import list_visible_to
from pepites.networks.acts import act_left
from pepites.networks.selectors import coordinated_networks
from pepites.notifications.selectors import unread_count

SHOWN = 6


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What waits today: tasks to tick, urgent messages, unread discussions, invitations."""
    actor = actor_of(request)
    tasks = around.tasks_of(actor, until=today(), limit=20)
    conversations, _ = list_visible_to(actor, unread_only=True)
    invitations = around.invitations_of(actor)
    record("coordination.home.read", subjects=tuple({row.task.patient_id for row in tasks if row.task.patient_id}))
    soon, _ = days_visible_to(actor, Filter(), today(), 2)
    context = {
        "appointments": [day for day in soon if day.lines],
        "today": day_label(today()),
        "tasks": tasks,
        "late": sum(row.late for row in tasks),
        "urgent": urgent_waiting(actor),
        "referrals": waiting_for(actor),
        "conversations": conversations[:SHOWN],
        "more_conversations": len(conversations) > SHOWN,
        "invitations": [
            {
                "member": member,
                "person": around.person_name(member.patient),
                "when": moment_label(member.invited_at, today()),
            }
            for member in invitations
        ],
        "evening": now().hour >= 21,
    }
    return render(request, "coordination/home.html", context)


@require_safe
def more(request: HttpRequest) -> HttpResponse:
    """Everything that is not in the bar."""
    actor = actor_of(request)
    unread = unread_count(actor)
    waiting = f"{unread} non lue{'s' if unread > 1 else ''}" if unread else "Tout est lu"
    entries = [
        ("Notifications", waiting, "bell", "notifications:list", True),
        ("Demandes", "Reçues par vos réseaux et votre structure, envoyées par vous", "inbox", "coordination:referrals",
         True),
        ("Agenda", "Vos rendez-vous, vos absences", "calendar3", "agenda:agenda", actor.identity_cell),
        ("Mes tâches", "À faire, en retard, à venir", "check2-square", "coordination:tasks", True),
        ("Rechercher une personne", "Dans votre file active", "search", "coordination:patient-list", True),
        ("Annuaire", "Professionnels et structures de santé", "people", "directory:national", True),
        ("Nouvelle personne", "Rechercher avant de créer", "person-plus", "identity:search", True),
        ("Identités à traiter", "Doublons possibles", "person-vcard", "identity:doubles",
         actor.identity_cell or bool(actor.coordinated)),
        ("Accès en urgence à examiner", "Bris de glace des dernières 72 heures", "shield-exclamation", "access:reviews",
         may_review_some(actor)),
        *_of_networks(actor),
        ("Les réseaux côte à côte", "Les chiffres de chaque réseau, pour la région", "layout-three-columns",
         "coordination:figures-compared", bool(can_compare(actor))),
        ("Importer une file active", "Fichier d'un réseau", "file-earmark-arrow-up", "coordination:import-list",
         bool(actor.administered or actor.coordinated) and bool(act_left(actor, "pathway.open"))),
        ("Formation", "S'entraîner avec des personnes fictives", "journal-text", "training:home", True),
        ("Inscriptions RPPS+", "Les personnes de votre structure", "person-check", "accounts:rpps",
         bool(can_follow_rpps(actor))),
        ("Administration", "Réseaux, comptes, structures", "gear", "accounts:administration",
         bool(actor.administered) or actor.platform_admin),
        ("Régler mes notifications", "Courriel, heures calmes", "bell", "notifications:settings", True),
        ("Mon compte", "Mot de passe, second facteur, sessions", "person-gear", "accounts:account", True),
        ("Changer de lieu d'exercice", actor.organization_name, "building", "accounts:contexts", True),
    ]  # fmt: skip
    shown = []
    for label, hint, icon, name, visible in entries:
        try:
            url = name if name.startswith("/") else reverse(name)
        except NoReverseMatch:
            continue
        if visible:
            shown.append({"label": label, "hint": hint, "icon": icon, "url": url})
    return render(request, "coordination/more.html", {"entries": shown})


def _of_networks(actor: Actor) -> list[tuple[str, str, str, str, bool]]:
    late = [
        (f"Étapes en retard : {network.short_name}", "Les parcours protocolisés du réseau", "alarm",
         reverse("coordination:wall", args=[network.slug]), True)
        for network in coordinated_networks(actor)
    ]  # fmt: skip
    return late + [
        (f"Tableau de bord : {network.short_name}", "Les chiffres du réseau, son rapport d'activité",
         "layout-three-columns", reverse("coordination:figures", args=[network.slug]), True)
        for network in networks_counted_by(actor)
    ]  # fmt: skip


@require_http_methods(["GET", "POST"])
def my_tasks(request: HttpRequest) -> HttpResponse:
    """One's own open tasks, and a new one that concerns nobody."""
    actor = actor_of(request)
    form = TaskForm(posted(request), initial={"cle": new_uuid()})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with attempt(form):
            services.create_task(
                actor=actor, patient_id=None, title=data["title"], detail=data["detail"], due_on=data["due_on"],
                recurrence=data["recurrence"], key=data["cle"],
            )  # fmt: skip
        if not form.errors:
            return redirect("coordination:tasks")
    rows = around.tasks_of(actor)
    day = today()
    groups = [
        ("En retard", [row for row in rows if row.late]),
        ("Aujourd'hui", [row for row in rows if row.task.due_on == day]),
        ("À venir", [row for row in rows if row.task.due_on and row.task.due_on > day]),
        ("Sans échéance", [row for row in rows if row.task.due_on is None]),
    ]
    record("coordination.tasks.read", subjects=tuple({row.task.patient_id for row in rows if row.task.patient_id}))
    context = {"groups": groups, "form": form, "total": len(rows)}
    return render(request, "coordination/my_tasks.html", context, status=status_of(form))
