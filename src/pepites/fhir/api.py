"""The one view of the interface."""

from django.http import HttpRequest, HttpResponse

from pepites.common.views import public
from pepites.fhir.front import serve


@public
def entry(request: HttpRequest, path: str = "") -> HttpResponse:
    """Every address under ``/fhir/``: the registry says what is there."""
    return serve(request, path)
