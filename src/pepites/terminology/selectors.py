"""Look-ups for the screens: birth places (INS-21)."""

from pepites.terminology.cog import Place, cog_table

_OURS = "973"
SAME_NAME_SHOWN = 20


def place_suggestions(query: str, limit: int = 10) -> list[dict[str, str]]:
    """Communes and countries for an autocomplete field, code shown; Guiana and the common countries first (INS-21)."""
    found = sorted(cog_table().suggest(query, 3 * limit), key=lambda place: not place.code.startswith(_OURS))
    return [{"value": place.code, "label": place.name, "hint": _hint(place)} for place in found[:limit]]


def place_label(code: str) -> str:
    """Name of a place code, ``inconnu`` for 99999, empty when the code is not in the table."""
    if code == "99999":
        return "inconnu"
    place = cog_table().get(code) if code else None
    return place.name if place else ""


def unknown_place(text: str) -> str:
    """Why a place typed without choosing in the list is not taken, and what to write instead (INS-21)."""
    table = cog_table()
    if found := table.find(text)[:SAME_NAME_SHOWN]:
        codes = ", ".join(f"{place.code} ({_department(place)})" for place in found)
        return f"Plusieurs lieux portent ce nom : choisissez dans la liste, ou saisissez le bon code : {codes}."
    trap = table.postal_trap(text)
    hint = f" Ce code postal est celui de {trap.name} ({trap.code})." if trap else ""
    return f"Ce lieu n'est pas reconnu : choisissez-le dans la liste, ou saisissez son code officiel.{hint}"


def _hint(place: Place) -> str:
    words = [_department(place), place.code]
    if place.end is not None:
        words.append("ancienne commune")
    return " · ".join(words)


def _department(place: Place) -> str:
    return "pays" if place.is_country else place.code[: 3 if place.code.startswith(("97", "98")) else 2]
