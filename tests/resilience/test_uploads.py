"""A kill between the file and the row that names it: the file is swept a day later, files in use never are (SE-50)."""

import hashlib
import io
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image
from tests.conftest import ROOT, as_role
from tests.messaging import factories

from pepites.common.errors import NotFound
from pepites.documents import store
from pepites.documents.tasks import remove_orphans
from pepites.messaging.models import Attachment
from pepites.messaging.values import Upload

_KEPT_THEN_KILLED = """
import os, signal, sys
from pathlib import Path
from pepites.documents import store
if sys.argv[1] == "draft":
    Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
store.keep(b"jamais nomme")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, settings: object) -> Path:
    settings.PEPITES_VAR = tmp_path  # type: ignore[attr-defined]
    return tmp_path / "files"


def killed_while_keeping(folder: Path, when: str) -> None:
    command = [
        sys.executable,
        "-c",
        f"from django.conf import settings; settings.configure(PEPITES_VAR={str(folder)!r})",
    ]
    command[-1] += _KEPT_THEN_KILLED
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    assert subprocess.run([*command, when], env=environment, check=False).returncode == -9


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("??/*") if path.is_file())


def a_day_later(folder: Path) -> None:
    for path in files(folder):
        os.utime(path, (time.time() - 90_000,) * 2)


def sweep() -> int:
    with as_role("pepites_worker"):
        return int(remove_orphans.func(0))


def picture() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(target, "PNG")
    return target.getvalue()


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.parametrize("when", ["draft", "kept"])
def test_a_file_without_row_is_swept_and_one_with_a_row_stays(own_store: Path, when: str) -> None:
    circle = factories.circle()
    pdf = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n"
    sent = [Upload("note.pdf", pdf), Upload("pied.png", picture())]
    factories.post(circle.ana, circle.conversation, files=sent)
    in_use = files(own_store)
    assert len(in_use) == 3  # the PDF, the photo and its thumbnail
    killed_while_keeping(own_store.parent, when)
    orphans = set(files(own_store)) - set(in_use)
    assert len(orphans) == 1
    assert sweep() == 0, "un envoi peut être en cours : rien n'est retiré avant un jour"
    a_day_later(own_store)
    assert sweep() == 1
    assert files(own_store) == in_use
    with factories.acting(circle.jean):
        for row in Attachment.objects.all():
            assert hashlib.sha256(store.read(row.blob, sha256=row.sha256)).hexdigest() == row.sha256


def test_a_draft_never_has_a_name_that_is_served(own_store: Path) -> None:
    killed_while_keeping(own_store.parent, "draft")
    (draft,) = files(own_store)
    with pytest.raises(NotFound):
        store.read(draft.name)


def test_a_damaged_file_is_never_served(own_store: Path) -> None:
    name = store.keep(b"entier")
    (path,) = files(own_store)
    path.write_bytes(b"ent")
    with pytest.raises(NotFound, match="abîmé"):
        store.read(name, sha256=store.digest(b"entier"))
