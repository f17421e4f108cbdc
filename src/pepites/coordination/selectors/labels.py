"""French words for dates and people, made once here: templates of long lists only print (design §4)."""

from datetime import date, datetime

from pepites.common.calendar_words import day_of, month_of
from pepites.common.clock import CAYENNE
from pepites.directory.models import PractitionerRole
from pepites.identity.selectors import Band


def day_label(day: date | None) -> str:
    """« mardi 4 mars 2025 »."""
    if day is None:
        return ""
    first = "1er" if day.day == 1 else str(day.day)
    return f"{day_of(day)} {first} {month_of(day)} {day.year}"


def short_day(day: date | None) -> str:
    """« 04/03/2025 », for table cells."""
    return f"{day.day:02d}/{day.month:02d}/{day.year}" if day else ""


def moment_label(moment: datetime | None, today: date) -> str:
    """Day and hour in French Guiana: « aujourd'hui, 14 h 30 », « 4 mars, 9 h 05 », « 4 mars 2024 »."""
    if moment is None:
        return ""
    local = moment.astimezone(CAYENNE)
    hour = f"{local.hour} h {local.minute:02d}"
    days = (today - local.date()).days
    if days == 0:
        return f"aujourd'hui, {hour}"
    if days in (1, -1):
        return f"{'hier' if days == 1 else 'demain'}, {hour}"
    month = month_of(local)
    if local.year != today.year:
        return f"{local.day} {month} {local.year}"
    return f"{local.day} {month}, {hour}"


def due_label(due_on: date | None, today: date) -> str:
    """When a task is due, in words that say whether it is late."""
    if due_on is None:
        return "sans échéance"
    days = (due_on - today).days
    if days == 0:
        return "aujourd'hui"
    if days == 1:
        return "demain"
    if days == -1:
        return "en retard d'un jour"
    if days < 0:
        return f"en retard de {-days} jours"
    return f"{day_of(due_on)} {due_on.day} {month_of(due_on)}" if days < 60 else short_day(due_on)


def birth_label(birth_date: date | None, interpreted: bool) -> str:
    """Birth date of a row; a date read from a partial one shows its year only."""
    if birth_date is None:
        return "inconnue"
    return f"vers {birth_date.year}" if interpreted else short_day(birth_date)


def age_label(birth_date: date | None, today: date) -> str:
    """Age in years, months under two years."""
    if birth_date is None:
        return ""
    before = (today.month, today.day) < (birth_date.month, birth_date.day)
    years = today.year - birth_date.year - before
    if years >= 2:
        return f"{years} ans"
    months = (today.year - birth_date.year) * 12 + today.month - birth_date.month - (today.day < birth_date.day)
    return f"{max(months, 0)} mois"


def who(practice: PractitionerRole | None) -> dict[str, str]:
    """Name, role and structure of a practice already read with its professional and organization."""
    if practice is None:
        return {"name": "Pépites", "role": "", "organization": ""}
    return {
        "name": practice.professional.display_name,
        "role": practice.role_label,
        "organization": practice.organization.name,
    }


def whos(practice_ids: set[int]) -> dict[int, dict[str, str]]:
    """The same for many practices, in one query."""
    practices = PractitionerRole.objects.filter(pk__in=practice_ids).select_related("professional", "organization")
    return {practice.pk: who(practice) for practice in practices}


def band_line(band: Band) -> str:
    """Who the document is about, in one line, for the foot of each page."""
    born = f"né(e) le {band.birth_date_label}"
    parts = [f"{band.birth_name} {band.first_given_name}", born, f"sexe {band.sex_label.lower()}", band.regional_id]
    if band.ins:
        parts.append(f"INS {band.ins}")
    return ", ".join(filter(None, [*parts, f"identité {band.status_label.lower()}"]))
