"""URLs of messaging."""

from django.urls import path

from pepites.messaging.views import members, reading, writing

app_name = "messaging"
urlpatterns = [
    path("discussions/", reading.conversation_list, name="list"),
    path("discussions/nouvelle/", members.create, name="create"),
    path("discussions/recherche/", reading.search, name="search"),
    path("discussions/non-lus/", reading.unread, name="unread"),
    path("discussions/messages/<uuid:public_id>/", reading.message, name="message"),
    path("discussions/messages/<uuid:public_id>/prendre-en-compte/", writing.acknowledge, name="acknowledge"),
    path("discussions/messages/<uuid:public_id>/corriger/", writing.edit, name="edit"),
    path("discussions/messages/<uuid:public_id>/retirer/", writing.withdraw, name="withdraw"),
    path("discussions/pieces/<uuid:public_id>/", reading.attachment, name="attachment"),
    path("discussions/pieces/<uuid:public_id>/vignette/", reading.thumbnail, name="thumbnail"),
    path("discussions/<uuid:public_id>/", reading.conversation, name="conversation"),
    path("discussions/<uuid:public_id>/envoyer/", writing.post, name="post"),
    path("discussions/<uuid:public_id>/evenements/", reading.events, name="events"),
    path("discussions/<uuid:public_id>/lu/", writing.read, name="read"),
    path("discussions/<uuid:public_id>/membres/", members.members, name="members"),
    path("discussions/<uuid:public_id>/membres/<uuid:practice>/retirer/", members.remove_member, name="remove-member"),
]
