"""Every URL of the platform; a new one without its line in the rights table fails the build."""

from django.urls import include, path

urlpatterns = [
    path("", include("pepites.ui.urls")),
    path("", include("pepites.networks.urls")),  # before accounts: « nouveau » is no network
    path("", include("pepites.accounts.urls")),
    path("", include("pepites.directory.urls")),
    path("", include("pepites.access.urls")),
    path("", include("pepites.identity.urls")),
    path("", include("pepites.regional.urls")),
    path("", include("pepites.notifications.urls")),
    path("", include("pepites.messaging.urls")),
    path("", include("pepites.agenda.urls")),
    path("", include("pepites.assessments.urls")),
    path("", include("pepites.coordination.urls")),
    path("", include("pepites.training.urls")),
    path("", include("pepites.fhir.urls")),
]

handler400 = "pepites.ui.views.bad_request"
handler403 = "pepites.ui.views.permission_denied"
handler404 = "pepites.ui.views.not_found"
handler500 = "pepites.ui.views.server_error"
