"""How mail may leave: in clear on this machine only, once real persons are served."""

import pytest

from pepites.config.modes import mail_refusal


@pytest.mark.parametrize(
    ("host", "tls", "production", "refused"),
    [
        ("mail.exemple", "aucun", "production", True), ("mail.exemple", "starttls", "production", False),
        ("mail.exemple", "tls", "production", False), ("127.0.0.1", "aucun", "production", False),
        ("mail.exemple", "aucun", "local", False), ("", "aucun", "production", False), ("", "ssl", "local", True),
    ],
)  # fmt: skip
def test_mail_in_clear_stays_on_the_machine(
    host: str, tls: str, production: str, refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEPITES_ENV", production)
    monkeypatch.delenv("PEPITES_PUBLIC_URL", raising=False)
    assert bool(mail_refusal(host, tls)) is refused
