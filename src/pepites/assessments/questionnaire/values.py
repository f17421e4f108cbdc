"""Answers as typed values: FHIR ``value[x]`` without its JSON."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

MAX_DIGITS = 15  # what a JSON number keeps everywhere


@dataclass(frozen=True, slots=True)
class Coding:
    """A coded answer."""

    code: str
    display: str = ""
    system: str = ""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit."""

    value: Decimal
    unit: str = ""
    code: str = ""
    system: str = ""


@dataclass(frozen=True, slots=True)
class Pointer:
    """A file or another resource: its address and its words, never its content."""

    address: str
    display: str = ""


Data = bool | int | Decimal | str | Coding | Quantity | Pointer


@dataclass(frozen=True, slots=True)
class Value:
    """One answer: ``kind`` is the suffix of ``value[x]`` (``Integer``, ``Coding``…)."""

    kind: str
    data: Data

    @property
    def number(self) -> Decimal | None:
        """The number of a numeric answer."""
        if isinstance(self.data, Quantity):
            return self.data.value
        if isinstance(self.data, bool) or not isinstance(self.data, int | Decimal):
            return None
        return Decimal(self.data)

    @property
    def text(self) -> str:
        """What a person reads."""
        data = self.data
        if isinstance(data, bool):
            return "Oui" if data else "Non"
        if isinstance(data, Coding):
            return data.display or data.code
        if isinstance(data, Quantity):
            return f"{plain(data.value)} {data.unit or data.code}".strip()
        if isinstance(data, Pointer):
            return data.display or data.address
        if isinstance(data, Decimal):
            return plain(data)
        if self.kind == "Date" and isinstance(data, str):
            return "/".join(reversed(data.split("-")))
        return str(data)


def plain(number: Decimal | int) -> str:
    """A number as French prints it: ``12,5``."""
    text = f"{Decimal(number):f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(".", ",")


def to_decimal(raw: object) -> Decimal | None:
    """A finite number of at most fifteen digits, from JSON or from what was typed (comma or point)."""
    if isinstance(raw, bool):
        return None
    try:
        number = Decimal(str(raw).strip().replace(",", ".").replace("\u202f", ""))
    except InvalidOperation:
        return None
    if not number.is_finite() or len(number.as_tuple().digits) > MAX_DIGITS or abs(number.adjusted()) > MAX_DIGITS:
        return None
    return number


def to_json_number(number: Decimal) -> int | float:
    """The JSON number of a decimal."""
    return int(number) if number == number.to_integral_value() else float(number)


def to_json(value: Value) -> dict[str, Any]:
    """``{"valueX": …}``."""
    data = value.data
    if isinstance(data, Coding):
        pairs = (("system", data.system), ("code", data.code), ("display", data.display))
        return {"valueCoding": {name: text for name, text in pairs if text}}
    if isinstance(data, Quantity):
        pairs = (("unit", data.unit), ("system", data.system), ("code", data.code))
        return {"valueQuantity": {"value": to_json_number(data.value)} | {name: text for name, text in pairs if text}}
    if isinstance(data, Pointer):
        first, second = ("url", "title") if value.kind == "Attachment" else ("reference", "display")
        return {f"value{value.kind}": {first: data.address} | ({second: data.display} if data.display else {})}
    if isinstance(data, Decimal):
        return {f"value{value.kind}": to_json_number(data)}
    return {f"value{value.kind}": data}


def _structured(kind: str, raw: dict[str, Any]) -> Value | None:
    if kind == "Coding":
        code, display = str(raw.get("code") or ""), str(raw.get("display") or "")
        return Value(kind, Coding(code, display, str(raw.get("system") or ""))) if code or display else None
    if kind == "Quantity":
        number = to_decimal(raw.get("value"))
        words = (str(raw.get(name) or "") for name in ("unit", "code", "system"))
        return None if number is None else Value(kind, Quantity(number, *words))
    if kind in ("Attachment", "Reference"):
        first, second = ("url", "title") if kind == "Attachment" else ("reference", "display")
        address, display = str(raw.get(first) or ""), str(raw.get(second) or "")
        return Value(kind, Pointer(address, display)) if address or display else None
    return None


def from_json(holder: dict[str, Any], prefix: str = "value") -> Value | None:
    """The value of ``value[x]`` (or ``answer[x]``), None when there is none or it is not well made."""
    for name, raw in holder.items():
        kind = name.removeprefix(prefix)
        if not name.startswith(prefix) or not kind[:1].isupper():
            continue
        if isinstance(raw, dict):
            return _structured(kind, raw)
        if kind == "Boolean":
            return Value(kind, raw) if isinstance(raw, bool) else None
        if kind == "Integer":
            return Value(kind, raw) if isinstance(raw, int) and not isinstance(raw, bool) else None
        if kind == "Decimal":
            number = to_decimal(raw)
            return None if number is None else Value(kind, number)
        if kind in ("String", "Date", "DateTime", "Time", "Uri"):
            return Value(kind, raw) if isinstance(raw, str) and raw else None
    return None
