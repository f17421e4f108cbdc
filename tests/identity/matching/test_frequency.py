"""Names counted in the region: packed, read back, and read by the matcher as a file's own counts are."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pepites.identity.matching.canonical import RawRecord, canonical
from pepites.identity.matching.frequency import FrequencyError, count, pack, unpack

NAMES = st.sampled_from(("POEKETI", "PUKETI", "DA SILVA", "JEAN", "INCONNU", "", "TCHA"))
ROWS = st.lists(
    st.tuples(NAMES, NAMES, st.sampled_from((None, dt.date(1980, 2, 3), dt.date(1961, 12, 31)))), max_size=60
)


@given(ROWS.filter(bool))
def test_what_is_packed_is_read_back(rows: list[tuple[str, str, dt.date | None]]) -> None:
    counts = unpack(pack(*count(rows)), "essai")
    assert counts.total == len(rows)
    for surname, _, _ in rows:
        form = canonical(RawRecord(birth_name=surname))
        if form.snk:
            same = sum(canonical(RawRecord(birth_name=one)).snk == form.snk for one, _, _ in rows)
            assert counts.of("s", form.snk) == same
    assert counts.of("s", "JAMAISVU") == 1
    assert counts.of("d", "1980-02-03") == max(1, sum(born == dt.date(1980, 2, 3) for _, _, born in rows))


def test_a_common_name_weighs_as_common() -> None:
    counts = unpack(pack(*count([("DA SILVA", "MARIA", None)] * 400 + [("POEKETI", "KALI", None)] * 600)))
    rare, common = (canonical(RawRecord(birth_name=name), counts) for name in ("AFOEBA", "DA SILVA"))
    assert (rare.rs, common.rs) == (100.0, 40_000.0)
    assert common.ns == 400


@pytest.mark.parametrize("body", [b"", b"PEP1", b"XXXX" + b"\x01" + b"\x00" * 7, pack(3, {1: 2})[:-1], pack(0, {1: 2})])
def test_a_damaged_count_is_refused(body: bytes) -> None:
    with pytest.raises(FrequencyError):
        unpack(body)
