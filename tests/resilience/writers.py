"""People who write without stopping, and send again with the same key until they are answered."""

import hashlib
import random
import threading
import time
import traceback
from dataclasses import dataclass, field
from uuid import UUID

import psycopg
from tests.resilience.browsing import Answer, Browser, NoAnswerError, Upload

AGAIN = {408, 425, 429, 500, 502, 503, 504}  # « try again »: never an acknowledgement, never a refusal


@dataclass(frozen=True, slots=True)
class Sent:
    """A write the server acknowledged."""

    kind: str  # message, note, task, tick
    key: str
    place: str  # conversation, person or task
    text: str = ""
    public_id: str = ""
    seq: int = 0
    sha256: str = ""
    urgent: bool = False


@dataclass
class Ledger:
    """What was acknowledged, and what went wrong on the way; shared by all writers."""

    sent: list[Sent] = field(default_factory=list)
    tries: int = 0
    unanswered: int = 0
    faults: list[str] = field(default_factory=list)


def pdf(draw: random.Random) -> bytes:
    """A small PDF that no other send has."""
    return b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n% " + draw.randbytes(6000).hex().encode() + b"\n%%EOF\n"


class Writer(threading.Thread):
    """One person in one browser. ``finish`` lets the act under way be acknowledged, then stops."""

    def __init__(self, browser: Browser, ledger: Ledger, draw: random.Random, pause: float) -> None:
        super().__init__(daemon=True)
        self.browser, self.ledger, self.draw, self.pause = browser, ledger, draw, pause
        self._over = threading.Event()
        self.deadline = float("inf")

    def key(self) -> str:
        return str(UUID(bytes=self.draw.randbytes(16), version=4))

    def run(self) -> None:
        try:
            while not self._over.wait(self.pause):
                self.act()
        except Exception:  # noqa: BLE001 - told by the test, in its own thread
            self.ledger.faults.append(traceback.format_exc())

    def finish(self, patience: float) -> None:
        self.deadline = time.monotonic() + patience
        self._over.set()

    def act(self) -> None:
        raise NotImplementedError

    def until_answered(
        self, path: str, values: dict[str, str], *, files: list[Upload] | None = None, script: bool = False
    ) -> Answer:
        """Send the very same thing until the server says yes or no."""
        while time.monotonic() < self.deadline:
            self.ledger.tries += 1
            try:
                answer = self.browser.post(path, values, files=files, script=script)
            except NoAnswerError:
                self.ledger.unanswered += 1
            else:
                if answer.status not in AGAIN:
                    return answer
            time.sleep(self.draw.uniform(0.05, 0.3))
        raise TimeoutError(path.split("/")[1])


class Talker(Writer):
    """Sends messages as the page's script does, some urgent, some with a PDF."""

    talks: list[str]

    def act(self) -> None:
        key, talk = self.key(), self.draw.choice(self.talks)
        text, urgent = f"Message {key}", self.draw.random() < 0.1
        content = pdf(self.draw) if self.draw.random() < 0.2 else b""
        values = {"texte": text, "cle": key} | ({"urgent": "on"} if urgent else {})
        files = [Upload("compte rendu.pdf", content)] if content else None
        answer = self.until_answered(f"/discussions/{talk}/envoyer/", values, files=files, script=True)
        assert answer.status == 200, (answer.status, answer.location, answer.body[-1500:])
        told = answer.json()
        sha256 = hashlib.sha256(content).hexdigest() if content else ""
        self.ledger.sent.append(Sent("message", key, talk, text, told["id"], told["seq"], sha256, urgent))


class Keeper(Writer):
    """Writes liaison notes, makes tasks and ticks them, with plain forms."""

    files: list[str]
    dsn: str

    def act(self) -> None:
        file, key = self.draw.choice(self.files), self.key()
        note = {"type": "OBS", "text": f"Note {key}", "cle": key}
        self._form(f"/dossiers/{file}/notes/", note, f"/dossiers/{file}/")
        self.ledger.sent.append(Sent("note", key, file, note["text"]))
        key = self.key()
        task = {"title": f"Tâche {key}", "cle": key, "owner": "", "recurrence": ""}
        self._form(f"/dossiers/{file}/taches/", task, f"/dossiers/{file}/taches/")
        self.ledger.sent.append(Sent("task", key, file, task["title"]))
        public_id = self._find(task["title"])
        self._form(f"/taches/{public_id}/faite/", {}, f"/dossiers/{file}/taches/")
        self.ledger.sent.append(Sent("tick", key, public_id, task["title"]))

    def _form(self, path: str, values: dict[str, str], then: str) -> None:
        answer = self.until_answered(path, values)
        assert (answer.status, answer.location) == (302, then), (answer.status, answer.location, path)

    def _find(self, title: str) -> str:
        """The task's address: the page shows it; read straight from the base to keep this quick."""
        while time.monotonic() < self.deadline:
            try:
                with psycopg.connect(self.dsn, connect_timeout=5) as base:
                    row = base.execute("SELECT public_id FROM coordination_task WHERE title = %s", [title]).fetchone()
            except psycopg.OperationalError:
                time.sleep(0.2)
                continue
            assert row is not None, "une tâche acquittée manque"
            return str(row[0])
        raise TimeoutError("taches")
