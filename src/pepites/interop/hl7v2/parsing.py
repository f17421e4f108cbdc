"""A small strict parser of HL7 v2 (ADR 0018): delimiters of MSH, repetitions, components, escapes, encodings.

It reads what the messages of PAM France need, with limits on everything; it knows no segment by itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from pepites.interop.hl7v2.errors import Code, rejected

MAX_SEGMENTS: Final = 500
MAX_FIELDS: Final = 200
MAX_REPETITIONS: Final = 60
MAX_FIELD: Final = 20_000  # characters
CHARSETS: Final = {
    "": "ascii", "ASCII": "ascii", "UNICODE UTF-8": "utf-8", "UNICODE": "utf-8", "8859/1": "iso-8859-1",
    "8859/15": "iso-8859-15",
}  # fmt: skip
_CONTROL = re.compile("[\x00-\x08\x0a-\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_SEGMENT_NAME = re.compile(r"[A-Z][A-Z0-9]{2}", re.ASCII)
_ESCAPE = re.compile(r"\\([^\\]{0,200})\\")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The five characters that MSH gives."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    sub: str = "&"


@dataclass(frozen=True)
class Segment:
    """One segment. ``raw[0]`` is its name; fields count as the standard counts them, from 1."""

    raw: tuple[str, ...]
    marks: Delimiters
    charset: str

    @property
    def name(self) -> str:
        """MSH, PID…"""
        return self.raw[0]

    def repetitions(self, number: int) -> list["Repetition"]:
        """The repetitions of a field, none when it is empty; ``""`` (delete, HL7 2.5 §2.5.3) counts as empty."""
        text = self.raw[number] if 0 < number < len(self.raw) else ""
        if not text or text == '""':
            return []
        parts = text.split(self.marks.repetition)
        if len(parts) > MAX_REPETITIONS:
            raise rejected("Trop de répétitions dans un champ.", where=f"{self.name}-{number}")
        return [Repetition(part, self) for part in parts if part]

    def text(self, number: int, component: int = 1) -> str:
        """A component of the first repetition, empty when absent."""
        found = self.repetitions(number)
        return found[0].text(component) if found else ""


@dataclass(frozen=True)
class Repetition:
    """One repetition of a field."""

    raw: str
    segment: Segment

    @cached_property
    def _components(self) -> list[str]:
        return self.raw.split(self.segment.marks.component)

    def text(self, component: int, sub: int = 1) -> str:
        """A component, or one of its subcomponents, escapes resolved, trimmed; empty when absent."""
        if component > len(self._components):
            return ""
        parts = self._components[component - 1].split(self.segment.marks.sub)
        if sub > len(parts) or parts[sub - 1] == '""':
            return ""
        return unescaped(parts[sub - 1], self.segment.marks, self.segment.charset).strip()


@dataclass(frozen=True)
class Message:
    """A message read."""

    segments: tuple[Segment, ...]
    charset: str
    marks: Delimiters = field(default_factory=Delimiters)

    @property
    def msh(self) -> Segment:
        """The header; its fields count from MSH-1, the separator."""
        return self.segments[0]

    def all(self, name: str) -> list[Segment]:
        """Every segment of that name, in order."""
        return [segment for segment in self.segments if segment.name == name]

    def one(self, name: str) -> Segment:
        """The first segment of that name; raises ``Hl7Error`` AR when it is missing."""
        found = self.all(name)
        if not found:
            raise rejected(f"Le segment {name} manque.", where=name)
        return found[0]

    @property
    def control_id(self) -> str:
        """MSH-10."""
        return self.msh.text(10)

    @property
    def event(self) -> tuple[str, str]:
        """Type and event, ``("ADT", "A28")``."""
        return self.msh.text(9, 1), self.msh.text(9, 2)


def parse(data: bytes) -> Message:
    """A message of an MLLP frame; raises ``Hl7Error`` AR."""
    if not data.startswith(b"MSH"):
        raise rejected("Le message ne commence pas par MSH.")
    marks = _delimiters(data[3:9].decode("latin-1"))
    header = re.split(rb"[\r\n]", data, maxsplit=1)[0].decode("latin-1").split(marks.field)
    declared = header[17].split(marks.repetition)[0].strip().upper() if len(header) > 17 else ""
    if declared not in CHARSETS:
        raise rejected(
            "Le jeu de caractères déclaré en MSH-18 n'est pas lu : employez UNICODE UTF-8 ou 8859/1.",
            Code.TABLE_VALUE, "MSH-18",
        )  # fmt: skip
    charset = CHARSETS[declared]
    segments = tuple(_segments(_decoded(data, charset, declared), marks, charset))
    return Message(segments, charset, marks)


def _delimiters(text: str) -> Delimiters:
    chars = text[:5]
    if len(chars) < 5 or len(set(chars)) != 5 or any(not 32 < ord(c) < 127 or c.isalnum() for c in chars):
        raise rejected("Les séparateurs de MSH-1 et MSH-2 sont impossibles : employez |^~\\&.", where="MSH-2")
    if text[5:6] not in {"", chars[0], "\r", "\n", "#"}:
        raise rejected("MSH-2 compte quatre caractères : ^~\\&.", where="MSH-2")
    return Delimiters(*chars)


def _decoded(data: bytes, charset: str, declared: str) -> str:
    try:
        text = data.decode(charset)
    except UnicodeDecodeError:
        said = f"Le message n'est pas écrit en {declared}." if declared else "Déclarez le jeu de caractères en MSH-18."
        raise rejected(said, Code.DATA_TYPE, "MSH-18") from None
    text = text.replace("\r\n", "\r")
    if _CONTROL.search(text):
        raise rejected("Le message contient un caractère de commande impossible.", Code.DATA_TYPE, "")
    return text


def _segments(text: str, marks: Delimiters, charset: str) -> Iterator[Segment]:
    lines = [line for line in text.split("\r") if line.strip()]
    if len(lines) > MAX_SEGMENTS:
        raise rejected(f"Le message compte plus de {MAX_SEGMENTS} segments.", where="")
    for index, line in enumerate(lines):
        fields = line.split(marks.field)
        if not _SEGMENT_NAME.fullmatch(fields[0]) or (fields[0] == "MSH") is not (index == 0):
            raise rejected("Un segment n'a pas de nom valable, ou MSH est répété.", where="")
        if len(fields) > MAX_FIELDS or any(len(one) > MAX_FIELD for one in fields):
            raise rejected("Un segment est trop long.", where=fields[0])
        if index == 0:
            fields.insert(1, marks.field)  # MSH-1 is the separator itself
        yield Segment(tuple(fields), marks, charset)


def unescaped(text: str, marks: Delimiters, charset: str) -> str:
    """Escapes resolved (HL7 2.5 §2.7): delimiters, ``.br``, hexadecimal; highlighting and unknown ones taken away."""
    if marks.escape not in text:
        return text
    plain = text if marks.escape == "\\" else text.replace("\\", "\\E\\").replace(marks.escape, "\\")

    def resolved(found: re.Match[str]) -> str:
        word = found[1]
        simple = {
            "F": marks.field, "S": marks.component, "T": marks.sub, "R": marks.repetition, "E": marks.escape,
            ".br": " ", ".sp": " ",
        }  # fmt: skip
        if word in simple:
            return simple[word]
        if word[:1] == "X" and _HEX.fullmatch(word[1:]):
            decoded = bytes.fromhex(word[1:]).decode(charset, "replace")
            return _CONTROL.sub(" ", decoded.replace("\r", " "))
        return ""

    return _ESCAPE.sub(resolved, plain)


def escaped(text: str, marks: Delimiters | None = None) -> str:
    """A value as a message writes it: delimiters escaped, controls taken away."""
    marks = marks or Delimiters()
    named = {marks.field: "F", marks.component: "S", marks.sub: "T", marks.repetition: "R", marks.escape: "E"}
    safe = _CONTROL.sub("", text.replace("\r", " ").replace("\n", " ").replace("\t", " "))
    return "".join(f"{marks.escape}{named[c]}{marks.escape}" if c in named else c for c in safe)
