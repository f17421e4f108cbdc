"""URLs of coordination."""

from django.urls import path, re_path

from pepites.coordination.editions.urls import urlpatterns as editions
from pepites.coordination.figures.urls import urlpatterns as figures
from pepites.coordination.importing.urls import urlpatterns as importing
from pepites.coordination.measures.urls import urlpatterns as measures
from pepites.coordination.plan.urls import urlpatterns as plan
from pepites.coordination.referrals.urls import urlpatterns as referrals
from pepites.coordination.relatives.urls import urlpatterns as relatives
from pepites.coordination.reserved.urls import urlpatterns as reserved
from pepites.coordination.takeover.urls import urlpatterns as takeover
from pepites.coordination.views import (
    access,
    answering,
    appointments,
    around,
    assessments,
    circle,
    file,
    home,
    lists,
    pathways,
    tasks,
    wall,
)

app_name = "coordination"
urlpatterns = [
    path("", home.home, name="home"),
    path("plus/", home.more, name="more"),
    path("file-active/", lists.patient_list, name="patient-list"),
    path("taches/", home.my_tasks, name="tasks"),
    path("taches/<uuid:public_id>/faite/", tasks.done, name="task-done"),
    path("taches/<uuid:public_id>/commencer/", tasks.start, name="task-start"),
    path("taches/<uuid:public_id>/annuler/", tasks.cancel, name="task-cancel"),
    path("dossiers/<uuid:public_id>/", file.file, name="file"),
    path("dossiers/<uuid:public_id>/notes/", file.add_note, name="note-add"),
    path("notes/<uuid:public_id>/corriger/", file.change_note, name="note-change"),
    path("notes/<uuid:public_id>/retirer/", file.retire_note, name="note-retire"),
    path("messages/<uuid:public_id>/verser/", file.file_message, name="file-message"),
    path("dossiers/<uuid:public_id>/cercle/", circle.circle, name="circle"),
    path("dossiers/<uuid:public_id>/cercle/inviter/", circle.invite, name="circle-invite"),
    path("membres/<uuid:public_id>/retirer/", circle.remove, name="member-remove"),
    path("membres/<uuid:public_id>/medecin-traitant/", circle.attending, name="member-attending"),
    path("invitations/<uuid:public_id>/", circle.invitation, name="invitation"),
    path("dossiers/<uuid:public_id>/taches/", tasks.file_tasks, name="file-tasks"),
    path("dossiers/<uuid:public_id>/discussion/", file.talk, name="talk"),
    path("dossiers/<uuid:public_id>/contacts/", around.contacts, name="contacts"),
    path("contacts/<uuid:public_id>/retirer/", around.end_contact, name="contact-end"),
    path("dossiers/<uuid:public_id>/parcours/", pathways.pathways, name="pathways"),
    path("dossiers/<uuid:public_id>/parcours/ouvrir/<slug:slug>/", pathways.open_one, name="pathway-open"),
    path("parcours/<uuid:public_id>/etape/", pathways.stage, name="pathway-stage"),
    path("parcours/<uuid:public_id>/reglages/", pathways.adopt, name="pathway-adopt"),
    path("parcours/<uuid:public_id>/protocole/", pathways.start, name="protocol-start"),
    path("protocoles/<uuid:public_id>/jour/", pathways.move, name="protocol-move"),
    path("protocoles/<uuid:public_id>/arreter/", pathways.end, name="protocol-end"),
    path("reseaux/<slug:slug>/retards/", wall.wall, name="wall"),
    re_path(
        r"^parcours/(?P<public_id>[0-9a-f-]{36})/(?P<act>suspendre|reprendre)/$",
        pathways.change_pathway,
        name="pathway-change",
    ),
    path("parcours/<uuid:public_id>/clore/", pathways.close_pathway, name="pathway-close"),
    path("dossiers/<uuid:public_id>/accords/", around.consents, name="consents"),
    path("accords/<uuid:public_id>/retirer/", around.revoke_consent, name="consent-revoke"),
    path("dossiers/<uuid:public_id>/oppositions/", around.oppose, name="oppose"),
    path("oppositions/<uuid:public_id>/lever/", around.lift_opposition, name="opposition-lift"),
    path("dossiers/<uuid:public_id>/acces/", access.accesses, name="access"),
    path("dossiers/<uuid:public_id>/acces/<int:entry>/signaler/", access.report, name="access-report"),
    path("dossiers/<uuid:public_id>/rendez-vous/", appointments.appointments, name="appointments"),
    path("agenda/<uuid:public_id>/note/", appointments.report, name="appointment-note"),
    path("dossiers/<uuid:public_id>/evaluations/", assessments.assessments, name="assessments"),
    path("dossiers/<uuid:public_id>/evaluations/nouvelle/", assessments.begin, name="assessment-begin"),
    path("dossiers/<uuid:public_id>/evaluations/<uuid:form_id>/suivi/", assessments.trend, name="assessment-trend"),
    path("evaluations/<uuid:public_id>/", assessments.assessment, name="assessment"),
    path("evaluations/<uuid:public_id>/remplir/", answering.fill, name="assessment-fill"),
    path("evaluations/<uuid:public_id>/qui-lit/", answering.audience, name="assessment-readers"),
    path("evaluations/<uuid:public_id>/corriger/", answering.amend, name="assessment-amend"),
    path("evaluations/<uuid:public_id>/retirer/", assessments.withdraw, name="assessment-withdraw"),
    *referrals,
    *importing,
    *figures,
    *plan,
    *measures,
    *relatives,
    *editions,
    *reserved,
    *takeover,
]
