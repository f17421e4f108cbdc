"""The platform's URLs and the bare page; the front of a measure is the only one to use them."""

from django.urls import path

from pepites.bench import views
from pepites.config import urls

urlpatterns = [path("mesure/nue/", views.bare, name="bare"), *urls.urlpatterns]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500
