"""Uploads: type by content, nothing but the pixels, limits, polyglots, the store (SE-16, SE-23, SE-24)."""

import io
import os
import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pepites.common.errors import DomainError, NotFound
from pepites.documents import ports, services, store
from pepites.documents.images import THUMBNAIL_BYTES

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def packed(objects: bytes, kind: bytes = b"/ObjStm", squeeze: Callable[[bytes], bytes] = zlib.compress) -> bytes:
    """A PDF 1.5 whose objects are in a compressed stream."""
    stream = squeeze(objects)
    head = b"%%PDF-1.5\n2 0 obj<</Type%b/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % (kind, len(stream))
    return head + stream + b"\nendstream endobj\n%%EOF\n"


def jpeg(size: tuple[int, int] = (800, 600), orientation: int = 1, comment: bytes = b"") -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Marque secrete"
    exif.get_ifd(0x8825)[1] = "N"  # GPS
    target = io.BytesIO()
    Image.effect_noise(size, 40).convert("RGB").save(target, "JPEG", exif=exif, comment=comment)
    return target.getvalue()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: object) -> None:
    settings.PEPITES_VAR = tmp_path  # type: ignore[attr-defined]


def test_a_photo_loses_its_metadata_and_stands_upright() -> None:
    made = services.clean(jpeg((800, 600), orientation=6))
    assert b"Marque secrete" not in made.content
    with Image.open(io.BytesIO(made.content)) as picture:
        assert picture.size == (600, 800)
        assert not picture.getexif()
        assert "comment" not in picture.info
    assert len(made.thumbnail) <= THUMBNAIL_BYTES


def test_what_hides_behind_a_photo_is_gone() -> None:
    payload = b"<script>alert(1)</script>PK\x03\x04"
    made = services.clean(jpeg(comment=payload) + payload)
    assert b"<script>" not in made.content
    assert b"PK\x03\x04" not in made.content


def pixel_flood() -> bytes:
    """A PNG of 50,000 × 50,000 points in a few bytes."""
    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    points = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + points + chunk(b"IEND", b"")


def test_a_pixel_flood_is_refused_before_a_pixel_is_read() -> None:
    began = time.monotonic()
    with pytest.raises(DomainError, match="points"):
        services.clean(pixel_flood())
    assert time.monotonic() - began < 1.0


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00 programme",
        b"<html><script>alert(1)</script></html>",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"PK\x03\x04 archive",
        b"\xff\xd8\xff une image qui n'en est pas une",
        jpeg()[:200],
        b"garbage %PDF-1.4 %%EOF",
        PDF + b"PK\x03\x04 archive collee",
        PDF + b"<html><script>alert(1)</script></html>",
        PDF.replace(b"/Type/Catalog", b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>"),
        PDF.replace(b"/Type/Catalog", b"/OpenAction<</S/J#61vaScript/J#53(app.alert(1))>>"),
        PDF.replace(b"/Type/Catalog", b"/Names<</EmbeddedFiles 2 0 R>>"),
        PDF.replace(b"/Type/Catalog", b"/OpenAction<</S/Launch/F(cmd.exe)>>"),
        PDF.replace(b"/Type/Catalog", b"/OpenAction<</S/Rendition/JS(app.alert(1))>>"),
        packed(b"<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>"),
        packed(b"<</OpenAction<</S/Launch/F(cmd.exe)>>>>", kind=b"/Obj#53tm"),
        packed(b"0" * 9_000_000),
        packed(b"<<>>", squeeze=bytes),
        b"%PDF-1.4 sans fin",
    ],
)
def test_the_wrong_type_is_refused_whatever_its_name(content: bytes) -> None:
    with pytest.raises(DomainError):
        services.keep_file(name="photo.jpg", content=content)
    assert list(store.root().glob("??/*")) == []


def test_a_plain_pdf_is_kept_as_it_is() -> None:
    kept = services.keep_file(name="Ordonnance.PDF", content=PDF)
    assert (kept.content_type, kept.name) == ("application/pdf", "Ordonnance.pdf")
    assert store.read(kept.blob, sha256=kept.sha256) == PDF


def test_objects_packed_in_a_harmless_pdf_are_let_through() -> None:
    assert services.clean(packed(b"<</Type/Catalog/Pages 3 0 R>>")).content_type == "application/pdf"
    scanned = PDF.replace(b"trailer", b"4 0 obj<<>>stream\n\x8a/JS \x01\nendstream endobj\ntrailer")
    services.clean(scanned)  # three letters by chance in the points of a page


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_photo_of_another_format_loses_its_metadata_too(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Marque secrete"
    exif.get_ifd(0x8825)[1] = "N"  # GPS
    target = io.BytesIO()
    Image.new("RGBA", (3000, 2000), (0, 90, 90, 128)).save(target, kind, exif=exif)
    made = services.clean(target.getvalue())
    assert b"Marque secrete" not in made.content
    with Image.open(io.BytesIO(made.content)) as picture:
        assert picture.size == (1707, 2560)
        assert not picture.getexif()


def test_a_huge_drawing_is_refused_before_it_fills_the_memory() -> None:
    target = io.BytesIO()
    Image.new("P", (5001, 5000)).save(target, "PNG")
    with pytest.raises(DomainError, match="25 millions"):
        services.clean(target.getvalue())


def test_too_heavy_is_refused(settings: object) -> None:
    settings.PEPITES_UPLOAD_MAX = 100  # type: ignore[attr-defined]
    with pytest.raises(DomainError, match="20 Mo"):
        services.clean(jpeg())


def test_the_antivirus_has_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_scanners", [])
    ports.register_scanner(lambda content: b"EICAR" not in content)
    with pytest.raises(DomainError, match="antivirus"):
        services.clean(PDF.replace(b"trailer", b"%EICAR\ntrailer"))
    services.clean(PDF)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a" * 64, "..", "", "A" * 64, f"{'a' * 63}/"])
def test_no_name_leads_out_of_the_store(name: str) -> None:
    with pytest.raises(NotFound):
        store.read(name)


def test_a_damaged_file_is_not_served() -> None:
    name = store.keep(b"contenu")
    (store.root() / name[:2] / name).write_bytes(b"autre")
    with pytest.raises(NotFound):
        store.read(name, sha256=store.digest(b"contenu"))


def test_only_old_files_without_row_are_swept() -> None:
    used, young, old = store.keep(b"1"), store.keep(b"2"), store.keep(b"3")
    for name in (used, old):
        os.utime(store.root() / name[:2] / name, (1, 1))
    assert store.remove_orphans({used}, older_than=3600) == 1
    assert store.read(used) == b"1"
    assert store.read(young) == b"2"
    with pytest.raises(NotFound):
        store.read(old)


def test_files_are_closed_to_others() -> None:
    name = store.keep(b"x")
    assert (store.root() / name[:2] / name).stat().st_mode & 0o077 == 0
    assert store.root().stat().st_mode & 0o077 == 0


@given(st.text(max_size=200))
def test_names_are_fit_for_a_header(name: str) -> None:
    safe = services.safe_name(name, "pdf")
    assert safe.endswith(".pdf")
    assert not set(safe) & set('\r\n"<>/\\\x00\u202e')
    assert 5 <= len(safe) <= 90
