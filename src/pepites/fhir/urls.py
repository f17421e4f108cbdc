"""URLs of the FHIR interface: one, the router reads the rest."""

from django.urls import path

from pepites.fhir.api import entry

app_name = "fhir"
urlpatterns = [path("fhir/", entry, name="root"), path("fhir/<path:path>", entry, name="entry")]
