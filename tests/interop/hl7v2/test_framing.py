"""MLLP frames, whole or in pieces, and every disorder."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pepites.interop.hl7v2.framing import FrameError, FrameReader, framed

bodies = st.binary(max_size=50).map(lambda b: bytes(c for c in b if c not in (0x0B, 0x1C)))


@given(messages=st.lists(bodies, max_size=5), cuts=st.lists(st.integers(0, 400), max_size=8))
def test_frames_come_out_whole_however_the_stream_is_cut(messages: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(framed(message) for message in messages)
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    reader, found = FrameReader(), []
    for start, end in pairwise(places):
        found += list(reader.feed(stream[start:end]))
    assert found == messages
    assert not reader.waiting


@pytest.mark.parametrize(
    "stream",
    [
        b"MSH|",
        b"\x0bMSH\x1cX",
        b"\x0bMSH\x0bMSH\x1c\r",
        b"\x0bA\x1c\rB",
        b"\x0b" + b"A" * 300_000,
        b"GET / HTTP/1.1\r\n",
        b"\x16\x03\x01\x02\x00\x01",
    ],
)
def test_a_disorder_is_told(stream: bytes) -> None:
    with pytest.raises(FrameError):
        list(FrameReader().feed(stream))


def test_what_some_senders_leave_between_frames_is_borne() -> None:
    assert list(FrameReader().feed(b"\r\n" + framed(b"A") + b"\r\n\n" + framed(b"B"))) == [b"A", b"B"]


@given(data=st.binary(max_size=500))
def test_no_bytes_make_the_reader_fall(data: bytes) -> None:
    reader = FrameReader(limit=100)
    try:
        frames = list(reader.feed(data))
    except FrameError:
        return
    assert all(len(frame) <= 100 for frame in frames)
