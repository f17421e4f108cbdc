"""What click says in English by itself, said in French: the help pages and the wrong usages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import click

_HEADINGS = {"Options": "Options", "Commands": "Commandes", "Arguments": "Arguments"}
_WORDS = (
    ("Show this message and exit.", "Afficher cette aide."),
    ("[required]", "[obligatoire]"),
    ("[default: ", "[par défaut : "),
)
_USAGE = (("[OPTIONS]", "[OPTIONS]"), ("COMMAND [ARGS]...", "COMMANDE [ARGUMENTS]…"))


def _said(text: str, words: Sequence[tuple[str, str]]) -> str:
    for english, french in words:
        text = text.replace(english, french)
    return text


class FrenchFormatter(click.HelpFormatter):
    """The help pages."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, _said(args, _USAGE), prefix or "Usage : ")

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{_HEADINGS.get(heading, heading)} :\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(term, _said(text, _WORDS)) for term, text in rows], col_max, col_spacing)


class FrenchContext(click.Context):
    """Gives every command the French help pages."""

    formatter_class = FrenchFormatter


def speak_french(command: click.Command) -> None:
    """Make `command`, and those under it, answer in French."""
    command.context_class = FrenchContext
    for below in getattr(command, "commands", {}).values():
        speak_french(below)


def usage_sentence(error: click.UsageError) -> str:
    """What is wrong with the command typed."""
    if isinstance(error, click.NoSuchOption):
        return f"L'option {error.option_name} n'existe pas."
    if isinstance(error, click.MissingParameter):
        return f"Il manque « {_named(error)} »."
    if isinstance(error, click.BadOptionUsage):
        return f"L'option {error.option_name} est mal employée : {_why(error)}."
    if isinstance(error, click.BadParameter):
        return f"La valeur de « {_named(error)} » ne convient pas{_expected(error)}."
    if error.message.startswith("No such command"):
        return f"La commande {error.message.removeprefix('No such command').strip(' .')} n'existe pas."
    if found := re.fullmatch(r"Got unexpected extra arguments? \((.*)\)", error.message):
        return f"« {found[1]} » est de trop."
    return f"Commande mal écrite : {error.message}"


def _why(error: click.BadOptionUsage) -> str:
    return "elle ne prend pas de valeur" if "does not take" in error.message else "il lui faut une valeur"


def _named(error: click.BadParameter) -> str:
    if isinstance(error.param, click.Option):
        return error.param.opts[0]
    return str(error.param.human_readable_name) if error.param is not None else ""


def _expected(error: click.BadParameter) -> str:
    kind = error.param.type if error.param is not None else None
    if isinstance(kind, click.Choice):
        return f" : écrivez {' ou '.join(map(str, kind.choices))}"
    return f" : il faut un nombre entier de {kind.min} à {kind.max}" if isinstance(kind, click.IntRange) else ""
