"""Who acts: a person in a context of practice, a job, or nobody yet."""

import dataclasses
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    """Kind of actor, as the journal keeps it."""

    HUMAN = "humain"
    MACHINE = "machine"
    JOB = "tache"
    SYSTEM = "systeme"
    ANONYMOUS = "anonyme"


class Channel(StrEnum):
    """How the act came in."""

    WEB = "web"
    LIVE = "flux"
    API = "api"
    HL7V2 = "hl7v2"
    COMMAND = "commande"
    JOB = "tache"


class Purpose(StrEnum):
    """Purpose of use (rgpd-et-securite §3.1)."""

    CARE = "soins"
    COORDINATION = "coordination"
    ADMINISTRATION = "administratif"
    EMERGENCY = "urgence"
    IDENTITY = "identite"
    SUPPORT = "support"


class ProfessionCategory(StrEnum):
    """Categories of R.1110-2 CSP; anyone outside gets nothing."""

    HEALTH = "sante"
    SOCIAL = "social"
    OUTSIDE = "hors_r1110_2"


@dataclass(frozen=True, slots=True)
class ActorRef:
    """What the journal keeps of an actor; plain values, no model."""

    kind: ActorKind = ActorKind.ANONYMOUS
    user_id: int | None = None
    practice_id: int | None = None
    organization_id: int | None = None
    role: str = ""
    auth_method: str = ""
    session_ref: str = ""
    channel: Channel = Channel.WEB
    purpose: Purpose = Purpose.CARE
    request_id: str = ""
    ip: str = ""
    service_client_id: int | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """A person in a context of practice, or a machine client, with the rights that do not depend on a patient.

    ``practice_id`` is the *situation d'exercice* (``directory.PractitionerRole``) chosen after sign-in;
    ``coordinated`` and ``administered`` are network ids where this practice holds those roles. ``scopes``
    are those of a machine client's request, narrowed by its token; a person has none. ``assurance`` is how far
    the session proves who is there (RIE §6.3).
    """

    ref: ActorRef = dataclasses.field(default_factory=ActorRef)
    professional_id: int | None = None
    professional_name: str = ""
    organization_name: str = ""
    role_label: str = ""
    category: ProfessionCategory = ProfessionCategory.OUTSIDE
    coordinated: frozenset[int] = frozenset()
    administered: frozenset[int] = frozenset()
    identity_cell: bool = False
    platform_admin: bool = False
    strong: bool = False
    user_public_id: UUID | None = None
    scopes: frozenset[str] = frozenset()
    withheld: frozenset[str] = frozenset()  # acts that every network of this practice withholds from its role
    assurance: str = ""  # ``accounts.values.Assurance`` of the session

    @property
    def user_id(self) -> int | None:
        """Account id, None when nobody is signed in."""
        return self.ref.user_id

    @property
    def practice_id(self) -> int | None:
        """Context of practice, None before it is chosen."""
        return self.ref.practice_id

    @property
    def signed_in(self) -> bool:
        """Whether a person is known behind the request."""
        return self.ref.user_id is not None

    @property
    def service_client_id(self) -> int | None:
        """The machine client (``accounts.ServiceClient``) that acts, None for a person or a job."""
        return self.ref.service_client_id

    def for_purpose(self, purpose: Purpose) -> "Actor":
        """The same actor, acting for another purpose."""
        return dataclasses.replace(self, ref=dataclasses.replace(self.ref, purpose=purpose))


ANONYMOUS = Actor()


def system_actor(name: str, *, channel: Channel = Channel.JOB) -> Actor:
    """An actor for a job or a command that acts for the house itself; ``name`` is the job's code."""
    kind = ActorKind.JOB if channel is Channel.JOB else ActorKind.SYSTEM
    return Actor(ref=ActorRef(kind=kind, role=name, channel=channel, purpose=Purpose.ADMINISTRATION))
