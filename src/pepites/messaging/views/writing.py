"""Screens that write in a conversation: send, correct, withdraw, acknowledge, read cursor."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from pepites.common.errors import DomainError, Refused
from pepites.common.views import actor_of, posted
from pepites.messaging import selectors, services
from pepites.messaging.forms import EditForm, MessageForm, ReadForm, uploads
from pepites.messaging.models import Message
from pepites.messaging.views.reading import conversation_page


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _back_to(message: Message) -> HttpResponse:
    url = reverse("messaging:conversation", args=[message.conversation.public_id])
    return redirect(f"{url}#m-{message.public_id}")


@require_POST
def post(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Send a message; answers JSON to the page's script, a redirection to a plain form."""
    actor = actor_of(request)
    conversation = selectors.conversation_visible_to(actor, public_id)
    form = MessageForm(request.POST)
    try:
        if not form.is_valid():
            raise DomainError(str(next(iter(form.errors.values()))[0]), field="texte")
        data = form.cleaned_data
        sent = services.post_message(
            actor=actor, conversation=conversation, text=data["texte"], key=data["cle"], urgent=data["urgent"],
            files=uploads(request),
        )  # fmt: skip
    except Refused:
        raise
    except DomainError as error:
        if _wants_json(request):
            return JsonResponse({"erreur": error.message}, status=error.status)
        typed, key = request.POST.get("texte", ""), request.POST.get("cle")
        return conversation_page(request, conversation, text=typed, key=key, error=error.message, status=error.status)
    if _wants_json(request):
        html = sent.fragment or selectors_html(sent)
        return JsonResponse({"seq": sent.seq, "id": str(sent.public_id), "html": html, "evenement": sent.event_id})
    return _back_to(sent)


def selectors_html(message: Message) -> str:
    """The entry of a message that was already there: the same key came twice."""
    from pepites.messaging.rendering import render_entry

    return render_entry(selectors.view_of(message))


@require_POST
def read(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Move the reader's cursor: forward, or back with « marquer comme non lu »."""
    actor = actor_of(request)
    conversation = selectors.conversation_visible_to(actor, public_id)
    form = ReadForm(request.POST)
    if not form.is_valid():
        raise DomainError("La demande est incomplète. Rechargez la page.")
    move = services.mark_unread if form.cleaned_data["non_lu"] else services.mark_read
    move(actor=actor, conversation=conversation, seq=form.cleaned_data["seq"])
    if _wants_json(request):
        return JsonResponse({"non_lus": selectors.unread_total(actor)})
    return redirect("messaging:list")


@require_POST
def acknowledge(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take charge of an urgent message."""
    actor = actor_of(request)
    message = services.acknowledge(actor=actor, message=selectors.message_visible_to(actor, public_id))
    if _wants_json(request):
        return JsonResponse({"html": message.fragment or selectors_html(message)})
    return _back_to(message)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Correct one's own message."""
    actor = actor_of(request)
    message = selectors.message_visible_to(actor, public_id)
    form = EditForm(posted(request), initial={"texte": message.text})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _back_to(services.edit_message(actor=actor, message=message, text=form.cleaned_data["texte"]))
            except Refused:
                raise
            except DomainError as error:
                form.add_error("texte", error.message)
    return render(request, "messaging/edit.html", {"form": form, "message": message}, status=status)


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Withdraw one's own message, after a page that says what it does."""
    actor = actor_of(request)
    message = selectors.message_visible_to(actor, public_id)
    if request.method == "POST":
        return _back_to(services.withdraw_message(actor=actor, message=message))
    return render(request, "messaging/withdraw.html", {"message": message, "entry": selectors.view_of(message)})
