"""The acts that a network may withhold from a role (matrix role × act, one for each network).

The matrix only narrows: it gives nothing that the law, the circle or the level refuses. A place of practice in several
networks keeps an act as long as one of them leaves it.
"""

from typing import Final

from pepites.common.actor import Actor
from pepites.common.decision import Decision, Reason, allow, deny

ACTS: Final = {
    "note.write": "Écrire une note de liaison",
    "task.write": "Créer une tâche pour une personne",
    "circle.invite": "Inviter dans un cercle de soins",
    "consent.record": "Recueillir un accord ou une opposition",
    "talk.open": "Ouvrir une discussion",
    "pathway.open": "Inclure une personne dans le réseau",
    "emergency.open": "Ouvrir un accès en urgence",
}


def act_left(actor: Actor, act: str) -> Decision:
    """Whether the actor's networks leave that act to their role."""
    return deny(Reason.ACT_WITHHELD) if act in actor.withheld else allow("role")
