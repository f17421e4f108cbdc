"""FHIR XML in and out, by the table of shapes. Hardened: no DTD, no entity, no network, bounded depth (SE-14)."""

from decimal import Decimal, InvalidOperation
from typing import Any, Final

from lxml import etree

from pepites.fhir.checking import MAX_DEPTH
from pepites.fhir.errors import FhirError, invalid
from pepites.fhir.shapes import Element, elements_of, is_resource

NS: Final = "http://hl7.org/fhir"
XHTML: Final = "http://www.w3.org/1999/xhtml"
_NUMBERS = {"integer", "unsignedInt", "positiveInt"}


def read_xml(body: bytes) -> object:
    """The resource of an XML body, as JSON would say it; raises ``FhirError`` 400."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise _unreadable() from None
    if root.getroottree().docinfo.doctype or any(isinstance(node, etree._Entity) for node in root.iter()):  # noqa: SLF001
        raise invalid("Une déclaration DOCTYPE ou une entité n'est pas admise.", code="structure")
    return _resource(root, 1)


def _unreadable() -> FhirError:
    return invalid("Le corps n'est pas du XML bien formé.", code="structure")


def _local(node: Any) -> str:
    name = etree.QName(node)
    if name.namespace != NS:
        raise invalid(f"L'espace de noms attendu est {NS}.", code="structure")
    return str(name.localname)


def _resource(node: Any, depth: int) -> dict[str, Any]:
    name = _local(node)
    if not is_resource(name):
        raise invalid("La ressource envoyée n'est pas connue.", code="structure")
    return {"resourceType": name} | _complex(node, name, depth)


def _complex(node: Any, type_name: str, depth: int) -> dict[str, Any]:
    if depth > MAX_DEPTH:
        raise invalid("La ressource est trop profonde.", code="too-long")
    known, found = elements_of(type_name), dict[str, Any]()
    for attribute in ("id", "url"):
        if attribute in node.attrib and attribute in known:
            found[attribute] = node.attrib[attribute]
    for child in node:
        if child.tag == f"{{{XHTML}}}div":
            found["div"] = etree.tostring(child, encoding="unicode", with_tail=False)
            continue
        name = _local(child)
        element = known.get(name)
        if element is None or (not element.repeats and (name in found or f"_{name}" in found)):
            raise invalid(f"L'élément « {name[:40]} » est inconnu ou répété dans {type_name}.", code="structure")
        _add(found, element, child, depth)
    return found


def _add(found: dict[str, Any], element: Element, child: Any, depth: int) -> None:
    if not element.primitive:
        value: Any = _nested(child, element, depth)
        if element.repeats:
            found.setdefault(element.name, []).append(value)
        else:
            found[element.name] = value
        return
    value = _primitive(child.get("value"), element.type)
    companion = _complex(child, "Extension", depth + 1) if len(child) or "id" in child.attrib else None
    if not element.repeats:
        if value is not None:
            found[element.name] = value
        if companion:
            found[f"_{element.name}"] = companion
        return
    values, companions = found.setdefault(element.name, []), found.setdefault(f"_{element.name}", [])
    values.append(value)
    companions.append(companion)
    if not any(companions):
        del found[f"_{element.name}"]
    elif len(companions) < len(values):
        found[f"_{element.name}"] = [None] * (len(values) - len(companions)) + companions


def _nested(child: Any, element: Element, depth: int) -> dict[str, Any]:
    if element.type != "Resource":
        return _complex(child, element.type, depth + 1)
    if len(child) != 1:
        raise invalid(f"« {element.name} » contient une ressource et une seule.", code="structure")
    return _resource(child[0], depth + 1)


def _primitive(text: str | None, kind: str) -> Any:
    if text is None:
        return None
    try:
        if kind in _NUMBERS:
            return int(text) if len(text) < 12 else text
        if kind == "decimal":
            return Decimal(text) if len(text) < 40 else text
    except (ValueError, InvalidOperation):
        return text  # refused by the check of types
    return {"true": True, "false": False}.get(text, text) if kind == "boolean" else text


def write_xml(resource: dict[str, Any]) -> bytes:
    """A resource as XML."""
    root = etree.Element(f"{{{NS}}}{resource['resourceType']}", nsmap={None: NS})
    _fill(root, resource, resource["resourceType"])
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _fill(node: Any, value: dict[str, Any], type_name: str) -> None:
    for element in elements_of(type_name).values():
        content, companion = value.get(element.name), value.get(f"_{element.name}")
        if content is None and companion is None:
            continue
        if (type_name == "Extension" and element.name in {"url", "id"}) or (
            element.name == "id" and element.type == "string"
        ):
            node.set(element.name, str(content))
        elif element.repeats:
            count = max(len(content or ()), len(companion or ()))
            for index in range(count):
                _append(node, element, _at(content, index), _at(companion, index))
        else:
            _append(node, element, content, companion)


def _at(items: list[Any] | None, index: int) -> Any:
    return items[index] if items and index < len(items) else None


def _append(node: Any, element: Element, value: Any, companion: Any) -> None:
    if element.type == "xhtml":
        node.append(etree.fromstring(value, etree.XMLParser(resolve_entities=False, no_network=True)))
        return
    child = etree.SubElement(node, f"{{{NS}}}{element.name}")
    if element.primitive:
        if value is not None:
            child.set("value", {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value))
        if companion:
            _fill(child, companion, "Extension")
    elif element.type == "Resource":
        inner = etree.SubElement(child, f"{{{NS}}}{value['resourceType']}")
        _fill(inner, value, value["resourceType"])
    else:
        _fill(child, value, element.type)
