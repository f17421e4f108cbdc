"""The short path of a plain message writes what the page's view would have written, and leaves it all the rest."""

import asyncio
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import as_owner
from tests.messaging.factories import Circle, post
from tests.messaging.streaming import Page, Scenario, in_thread, sign_in

from pepites.accounts.models import User, UserSession
from pepites.audit.models import Entry
from pepites.common.clock import now
from pepites.directory.models import PractitionerRole, Professional
from pepites.messaging.live import Flux
from pepites.messaging.live.sending import read_plain
from pepites.messaging.models import Message
from pepites.messaging.rendering import SEQ_MARK, render_around_seq, render_entry
from pepites.messaging.values import FileView, MessageView

OURS = {
    "accept": "application/json", "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded",
}  # fmt: skip


async def send(
    flux: Flux, c: Circle, cookie: str, *, headers: dict[str, str] | None = None, **fields: str
) -> dict[str, Any] | None:
    """The JSON of the answer, None when the request is left to the page's view."""
    lines = OURS | {"cookie": f"sessionid={cookie}"} | (headers or {})
    scope = {
        "type": "http", "method": "POST", "path": f"/discussions/{c.conversation.public_id}/envoyer/",
        "client": ("10.0.0.9", 1), "headers": [(name.encode(), value.encode()) for name, value in lines.items()],
    }  # fmt: skip
    sent: list[Any] = []

    async def keep(message: Any) -> None:
        sent.append(message)

    body = {"texte": "Passage fait", "cle": str(uuid4()), "csrfmiddlewaretoken": "x"} | fields
    if not await flux.post(scope, io.BytesIO(urlencode(body).encode()), keep):
        assert sent == []
        return None
    assert sent[0]["status"] == 200
    answer: dict[str, Any] = json.loads(sent[1]["body"])
    return answer


def _texts(c: Circle) -> list[str]:
    with as_owner():
        return list(Message.objects.filter(conversation=c.conversation).order_by("seq").values_list("text", flat=True))


def test_it_writes_the_same_message_and_the_same_line_as_the_view(play: Callable[[Scenario], None]) -> None:
    def written(c: Circle) -> tuple[Any, Any]:
        with as_owner():
            columns = (
                "kind",
                "author_id",
                "author_user_id",
                "patient_id",
                "text",
                "html",
                "search_text",
                "mentions",
                "urgent",
            )
            hidden = {"id", "occurred_at", "object_id", "request_id", "ip", "session_ref", "auth_method"}
            messages = list(Message.objects.filter(conversation=c.conversation).order_by("seq").values(*columns))
            lines = Entry.objects.filter(code="messaging.message.posted", subject_ids=[c.patient.pk]).order_by("id")
            kept = [{key: value for key, value in line.items() if key not in hidden} for line in lines.values()]
            return messages, kept

    async def scenario(flux: Flux, c: Circle, cookies: dict[str, str]) -> None:
        await in_thread(lambda: post(c.ana, c.conversation, "Passage <fait> ce **matin**"))
        answer = await send(flux, c, cookies["ana"], texte="Passage <fait> ce **matin**")
        assert answer is not None
        assert answer["seq"] == 2
        messages, lines = await in_thread(lambda: written(c))
        assert messages[0] == messages[1]
        assert len(lines) == 2
        assert lines[0] == lines[1]
        line = await in_thread(lambda: _line(answer["id"]))
        assert (line.session_ref, line.ip) == (cookies["ana"][:8], "10.0.0.9")
        assert len(line.request_id) == 36

    play(scenario)


def _line(public_id: str) -> Entry:
    with as_owner():
        return Entry.objects.get(object_id=public_id)


def test_it_reaches_the_others_live(play: Callable[[Scenario], None]) -> None:
    async def scenario(flux: Flux, c: Circle, cookies: dict[str, str]) -> None:
        jean, outsider = await Page(flux, cookies["jean"]).opened(), await Page(flux, cookies["outsider"]).opened()
        answer = await send(flux, c, cookies["ana"], texte="Bonjour <b>")
        assert answer is not None
        await jean.until(lambda page: page.seqs == [1], timeout=1.0)
        number, _, data = jean.events[-1]
        assert (number, data["html"]) == (answer["evenement"], answer["html"])
        assert "Bonjour &lt;b&gt;" in data["html"]
        await asyncio.sleep(0.1)
        assert outsider.seqs == []

    play(scenario)


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        ({"sec-fetch-site": "cross-site"}, {}),
        ({"sec-fetch-site": "same-site"}, {}),
        ({"sec-fetch-site": ""}, {}),
        ({"accept": "text/html"}, {}),
        ({"content-type": "multipart/form-data; boundary=x"}, {}),
        ({}, {"urgent": "1"}),
        ({}, {"autre": "1"}),
        ({}, {"texte": "Bonjour @cercle"}),
        ({}, {"texte": "   "}),
        ({}, {"texte": "a\x00b"}),
        ({}, {"texte": "a" * 4001}),
        ({}, {"texte": "é" * 40_000}),
        ({}, {"cle": "pas une clé"}),
    ],
)  # fmt: skip
def test_what_is_not_plain_is_left_to_the_view(
    play: Callable[[Scenario], None], headers: dict[str, str], fields: dict[str, str]
) -> None:
    async def scenario(flux: Flux, c: Circle, cookies: dict[str, str]) -> None:
        assert await send(flux, c, cookies["ana"], headers=headers, **fields) is None
        assert await in_thread(lambda: _texts(c)) == []

    play(scenario)


def test_an_outsider_posts_nothing(play: Callable[[Scenario], None]) -> None:
    async def scenario(flux: Flux, c: Circle, cookies: dict[str, str]) -> None:
        weak = await in_thread(lambda: sign_in(c.ana, strong=False))
        for cookie in (cookies["outsider"], weak, "", "nimporte"):
            assert await send(flux, c, cookie) is None
        assert await in_thread(lambda: _texts(c)) == []

    play(scenario)


def _signed_out(c: Circle) -> None:
    UserSession.objects.filter(user_id=c.ana.user_id).delete()


def _idle(c: Circle) -> None:
    UserSession.objects.filter(user_id=c.ana.user_id).update(last_seen_at=now() - timedelta(minutes=16))


def _too_long(c: Circle) -> None:
    UserSession.objects.filter(user_id=c.ana.user_id).update(created_at=now() - timedelta(hours=13))


def _expired(c: Circle) -> None:
    UserSession.objects.filter(user_id=c.ana.user_id).update(expire_date=now() - timedelta(seconds=1))


def _no_context(c: Circle) -> None:
    UserSession.objects.filter(user_id=c.ana.user_id).update(practice_id=None)


def _suspended(c: Circle) -> None:
    with as_owner():
        User.objects.filter(pk=c.ana.user_id).update(is_active=False)


def _other_password(c: Circle) -> None:
    with as_owner():
        User.objects.filter(pk=c.ana.user_id).update(password="argon2$autre")


def _practice_over(c: Circle) -> None:
    with as_owner():
        PractitionerRole.objects.filter(pk=c.ana.practice_id).update(ends_at=now())


def _professional_gone(c: Circle) -> None:
    with as_owner():
        Professional.objects.filter(pk=c.ana.professional_id).update(active=False)


@pytest.mark.parametrize(
    "ends",
    [
        _signed_out, _idle, _too_long, _expired, _no_context, _suspended, _other_password, _practice_over,
        _professional_gone,
    ],
)  # fmt: skip
def test_a_known_sender_whose_rights_end_posts_no_more(
    play: Callable[[Scenario], None], ends: Callable[[Circle], None]
) -> None:
    async def scenario(flux: Flux, c: Circle, cookies: dict[str, str]) -> None:
        assert await send(flux, c, cookies["ana"], texte="Avant") is not None
        await in_thread(lambda: ends(c))
        assert await send(flux, c, cookies["ana"], texte="Après") is None
        assert await in_thread(lambda: _texts(c)) == ["Avant"]

    play(scenario)


def test_a_changed_role_is_printed_at_once(play: Callable[[Scenario], None]) -> None:
    def promote(c: Circle) -> None:
        with as_owner():
            PractitionerRole.objects.filter(pk=c.ana.practice_id).update(role_label="Cadre de santé")

    async def scenario(flux: Flux, c: Circle, cookies: dict[str, str]) -> None:
        before = await send(flux, c, cookies["ana"])
        await in_thread(lambda: promote(c))
        after = await send(flux, c, cookies["ana"])
        assert before is not None
        assert after is not None
        assert "Cadre de santé" not in before["html"]
        assert "Cadre de santé" in after["html"]

    play(scenario)


def test_the_same_key_posts_once(play: Callable[[Scenario], None]) -> None:
    async def scenario(flux: Flux, c: Circle, cookies: dict[str, str]) -> None:
        key = str(uuid4())
        answers = await asyncio.gather(*(send(flux, c, cookies["ana"], cle=key) for _ in range(4)))
        assert sum(answer is not None for answer in answers) == 1
        assert await in_thread(lambda: _texts(c)) == ["Passage fait"]
        other = await send(flux, c, cookies["ana"], texte="Suite")
        assert other is not None
        assert other["seq"] == 2  # the refused ones left no hole

    play(scenario)


def test_writing_keeps_the_session_open(play: Callable[[Scenario], None]) -> None:
    def aged() -> None:
        UserSession.objects.filter(session_key=cookie[0]).update(last_seen_at=now() - timedelta(minutes=14))

    cookie: list[str] = []

    async def scenario(flux: Flux, c: Circle, cookies: dict[str, str]) -> None:
        cookie.append(cookies["ana"])
        await in_thread(aged)
        assert await send(flux, c, cookies["ana"]) is not None
        seen = await in_thread(lambda: UserSession.objects.get(session_key=cookies["ana"]).last_seen_at)
        assert now() - seen < timedelta(minutes=1)

    play(scenario)


def test_a_second_process_delivers_it_too(play: Callable[[Scenario], None]) -> None:
    async def scenario(flux: Flux, c: Circle, cookies: dict[str, str]) -> None:
        other = Flux(flux.conninfo)
        await other.startup()
        try:
            jean = await Page(other, cookies["jean"]).opened()
            assert await send(flux, c, cookies["ana"]) is not None
            await jean.until(lambda page: page.seqs == [1], timeout=1.0)
        finally:
            await other.shutdown()

    play(scenario)


@given(st.binary(max_size=200))
def test_any_body_is_read_or_left(body: bytes) -> None:
    found = read_plain(str(uuid4()), body)
    assert found is None or found.text


@given(st.text(max_size=60))
def test_a_plain_text_is_read_as_typed(text: str) -> None:
    body = urlencode({"texte": text, "cle": str(uuid4())}, errors="ignore").encode()
    found = read_plain(str(uuid4()), body)
    if found is not None:
        assert found.text == text.replace("\r\n", "\n").strip()
        assert "@" not in found.text


WORDS = st.text(st.characters(exclude_characters="\ue000\ue001"), max_size=12)


@given(author=WORDS, role=WORDS, urgent=st.booleans(), kind=st.sampled_from(["text", "system"]), files=st.booleans())
def test_the_kept_skeleton_prints_what_the_template_prints(
    author: str, role: str, urgent: bool, kind: str, files: bool
) -> None:
    view = MessageView(
        public_id=uuid4(), conversation=uuid4(), seq=SEQ_MARK, kind=kind, author_key=str(uuid4()), author=author,
        role=role, html=f"<p>{UUID(int=1)} et {UUID(int=2)}</p>", urgent=urgent, created_at=now(),
        files=(FileView(uuid4(), "photo.jpg", True, "12 Ko"),) if files else (),
    )  # fmt: skip
    head, _, tail = render_entry(view).partition(SEQ_MARK)
    assert render_around_seq(view) == (head, tail)
