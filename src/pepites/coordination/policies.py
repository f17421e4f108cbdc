"""Who may do what around a person: pure functions, deny by default. ``level`` is the one the database says is held."""

from pepites.access.enums import Level
from pepites.access.policies import practising
from pepites.common.actor import Actor, ActorKind, ProfessionCategory
from pepites.common.decision import Decision, Reason, allow, deny
from pepites.coordination.enums import OPEN_TASK, MemberStatus, NoteStatus, TaskState
from pepites.networks.acts import act_left


def can_read_file(actor: Actor, level: int) -> Decision:
    """The coordination file opens from the social level; a pending member sees identity and inviter only (§2.4-5)."""
    return practising(actor, level, Level.SOCIAL)


def can_open_pathway(actor: Actor, network_id: int) -> Decision:
    """Coordination and administrators of that network."""
    if actor.ref.kind in (ActorKind.JOB, ActorKind.SYSTEM):
        return allow("systeme")
    if not actor.signed_in:
        return deny(Reason.NOT_SIGNED_IN)
    if not (left := act_left(actor, "pathway.open")):
        return left
    if network_id in actor.coordinated or network_id in actor.administered:
        return allow("coordination")
    return deny(Reason.ROLE_MISSING)


def can_include(actor: Actor, network_id: int) -> Decision:
    """Opening a case by its criteria: who administers without coordinating could not read what they verified."""
    decision = can_open_pathway(actor, network_id)
    if not decision or decision.basis == "systeme" or network_id in actor.coordinated:
        return decision
    return deny(Reason.ROLE_MISSING)


def can_change_pathway(actor: Actor, network_id: int, level: int) -> Decision:
    """Suspend, resume, close: the network's coordination, on a person it follows."""
    decision = practising(actor, level, Level.FULL)
    if not decision or decision.basis == "systeme":
        return decision
    return allow("coordination") if network_id in actor.coordinated else deny(Reason.ROLE_MISSING)


def can_invite(actor: Actor, level: int, *, invitee: ProfessionCategory, opposed: bool) -> Decision:
    """Whoever has the full level invites, at their own level at most; an opposition wins (§2.4-2, 2.4-5)."""
    decision = practising(actor, level, Level.FULL)
    if not decision:
        return decision
    if not (left := act_left(actor, "circle.invite")):
        return left
    if invitee is ProfessionCategory.OUTSIDE:
        return deny(Reason.CATEGORY_EXCLUDED)
    return deny(Reason.OPPOSITION) if opposed else decision


def can_answer(actor: Actor, practice_id: int, status: str) -> Decision:
    """Only the invited place of practice answers, once."""
    if actor.practice_id is None or actor.practice_id != practice_id:
        return deny(Reason.NOT_AUTHOR)
    return allow("invite") if status == MemberStatus.INVITED else deny(Reason.STATE)


def can_remove_member(actor: Actor, practice_id: int, level: int) -> Decision:
    """A member leaves by themselves; others are taken out by whoever has the full level."""
    if actor.practice_id is not None and actor.practice_id == practice_id:
        return allow("soi-meme")
    return practising(actor, level, Level.FULL)


def can_write_social(actor: Actor, level: int) -> Decision:
    """Contacts and tasks: from the social level."""
    return practising(actor, level, Level.SOCIAL)


def can_write_task(actor: Actor, level: int) -> Decision:
    """A task about a person: from the social level, unless the network withholds it from the role."""
    return can_write_social(actor, level) if (left := act_left(actor, "task.write")) else left


def can_steer_protocol(actor: Actor, level: int) -> Decision:
    """Starting, dating, stopping a protocol: the full level, for a step that stops is a check-up nobody makes."""
    return practising(actor, level, Level.FULL) if (left := act_left(actor, "task.write")) else left


def can_write_note(actor: Actor, level: int) -> Decision:
    """A liaison note is signed by a practice: from the social level for social professionals, full for health ones."""
    if actor.practice_id is None:
        return deny(Reason.NO_CONTEXT)
    if not (left := act_left(actor, "note.write")):
        return left
    return practising(actor, level, Level.FULL if note_level(actor) == Level.FULL else Level.SOCIAL)


def note_level(actor: Actor) -> int:
    """Level needed to read the actor's notes: social professionals write for the social level (§2.4-4)."""
    return Level.SOCIAL if actor.category is ProfessionCategory.SOCIAL else Level.FULL


def can_change_note(actor: Actor, author_id: int, status: str) -> Decision:
    """Only the author changes or withdraws a note, while it stands (CdL §3.3)."""
    if actor.practice_id is None or actor.practice_id != author_id:
        return deny(Reason.NOT_AUTHOR)
    return allow("auteur") if status == NoteStatus.CURRENT else deny(Reason.STATE)


def can_end_task(
    actor: Actor, *, level: int, patient: bool, state: str, mine: bool, ending: TaskState = TaskState.DONE
) -> Decision:
    """Tick or cancel: from the social level on the person; without a person, who made it or owns it."""
    decision = practising(actor, level, Level.SOCIAL) if patient else _own_task(actor, mine)
    if not decision:
        return decision
    if state in OPEN_TASK or state == ending:  # the same tick twice is the same tick
        return decision
    return deny(Reason.STATE)


def _own_task(actor: Actor, mine: bool) -> Decision:
    if actor.ref.kind in (ActorKind.JOB, ActorKind.SYSTEM):
        return allow("systeme")
    if actor.practice_id is None:
        return deny(Reason.NO_CONTEXT)
    return allow("tache") if mine else deny(Reason.NOT_AUTHOR)


def can_record_consent(actor: Actor, level: int) -> Decision:
    """Whoever works with the person collects consent and opposition: from the social level."""
    if not (left := act_left(actor, "consent.record")):
        return left
    return practising(actor, level, Level.SOCIAL)
