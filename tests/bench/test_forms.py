"""The measure of forms: same scores as the library alone, and every figure there."""

import pytest
from rich.console import Console

from pepites.bench import forms
from pepites.bench.base import Tools


def test_forms_are_scored_as_bare_fhirpath_would(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "RESPONSES", 30)
    result = forms.run(Tools.__new__(Tools), Console(quiet=True))
    assert [line["same"] for line in result["scoring"]] == [True, True]
    assert len(result["targets"]) == 4
    assert result["page"]["print_ms"] > 0
