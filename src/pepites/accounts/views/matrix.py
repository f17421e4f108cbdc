"""A network's matrix of habilitations on the screen: what each role may do here."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from pepites.accounts import administration as reading
from pepites.accounts.forms import MatrixForm
from pepites.accounts.views.administration import administered_network, administrators
from pepites.accounts.views.flow import acting
from pepites.common.errors import DomainError, Refused
from pepites.common.views import posted, whole_number
from pepites.networks import matrix
from pepites.networks.models import Network


@administrators
@require_http_methods(["GET", "POST"])
def habilitation_matrix(request: HttpRequest, slug: str) -> HttpResponse:
    """Tick what each role may do; publish a new version, in force at once."""
    network = administered_network(request, slug)
    rows, form = matrix.roles_of(network), MatrixForm(posted(request))
    if request.method == "POST":
        left = set(request.POST.getlist("acte"))
        rows = [row.ticked(left) for row in rows]
        if form.is_valid() and _published(request, network, rows, form):
            return redirect("accounts:network-matrix", slug=slug)
    held = matrix.latest(network)
    lines = matrix.history(network)
    context = {
        "network": network,
        "rows": rows,
        "form": form,
        "number": held.number if held else 0,
        "versions": lines,
        "names": reading.account_names({one.author for one in lines if one.author is not None}),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/administration/matrix.html", context, status=status)


def _published(request: HttpRequest, network: Network, rows: list[matrix.RoleRow], form: MatrixForm) -> bool:
    withheld = {row.code: [act for act, _, left in row.acts if not left] for row in rows}
    after = whole_number(request.POST.get("apres"))
    try:
        made = matrix.publish(
            actor=acting(request), network=network, withheld=withheld, note=form.cleaned_data["note"], after=after
        )
    except Refused:
        raise
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return False
    messages.success(request, f"Version {made.number} publiée : elle vaut pour tous, dès maintenant.")
    return True
