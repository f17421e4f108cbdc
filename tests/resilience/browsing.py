"""A browser reduced to what the kill tests need: cookies, the anti-forgery token, and no patience."""

import json
import re
import secrets
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode

PATIENCE = 8.0  # seconds before a request is given up, to be sent again with the same key


class NoAnswerError(Exception):
    """The server did not answer: nobody knows whether the write was done."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    location: str
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Upload:
    name: str
    content: bytes


@dataclass
class Browser:
    """One signed-in person. A connection per request: a killed front must not be noticed later than that."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        return self._send("GET", path, None, {})

    def post(
        self, path: str, values: dict[str, str], *, files: list[Upload] | None = None, script: bool = False
    ) -> Answer:
        """Send a form; ``script`` asks for JSON, as the page's own script does."""
        headers = {"X-CSRFToken": self.cookies.get("csrftoken", "")}
        if script:
            headers["Accept"] = "application/json"
        if files:
            body, headers["Content-Type"] = _multipart(values, files)
        else:
            body, headers["Content-Type"] = urlencode(values).encode(), "application/x-www-form-urlencoded"
        return self._send("POST", path, body, headers)

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = headers | {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        try:
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse()
            content = response.read()
        except (OSError, HTTPException) as error:
            raise NoAnswerError(type(error).__name__) from error
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie") or []:
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return Answer(response.status, response.headers.get("Location", ""), content)

    def sign_in(self, account: str) -> None:
        """Enter with a demonstration account, in its first place of practice."""
        self.get("/connexion/")
        entered = self.post(f"/connexion/demonstration/{account}/", {})
        assert entered.status == 302, entered
        choice = self.get("/contextes/")
        found = re.search(rb'name="practice"[^>]*value="([0-9a-f-]{36})"', choice.body)
        if found:
            chosen = self.post("/contextes/", {"practice": found[1].decode()})
            assert chosen.status == 302, chosen
        assert self.get("/discussions/").status == 200


def _multipart(values: dict[str, str], files: list[Upload]) -> tuple[bytes, str]:
    mark = f"essai{secrets.token_hex(12)}"
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in values.items()
    ]
    for one in files:
        head = f'--{mark}\r\nContent-Disposition: form-data; name="fichiers"; filename="{one.name}"\r\n'
        parts.append(f"{head}Content-Type: application/octet-stream\r\n\r\n".encode() + one.content + b"\r\n")
    return b"".join(parts) + f"--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"
