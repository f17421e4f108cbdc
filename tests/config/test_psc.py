"""Pro Santé Connect's settings: what starts, what is refused (annuaire-et-authentification §5.1, §8)."""

from typing import Any

import pytest

from pepites.config import psc

SOUND: dict[str, Any] = {
    "environment": "bas", "metadata_url": psc.METADATA["bas"], "client_id": "c", "secret": "s",
    "auth": "client_secret_post", "certificate": "", "acr_allowed": ["eidas1"], "levels": psc.levels(psc.LEVELS),
    "public_url": "https://pepites.invalid",
}  # fmt: skip


def test_sound_settings_start() -> None:
    assert psc.refusal(**SOUND) == ""
    assert psc.refusal(**SOUND | {"auth": "tls_client_auth", "secret": "", "certificate": "c.pem"}) == ""
    assert psc.refusal(**SOUND | {"client_id": "", "secret": "", "acr_allowed": []}) == ""  # not wired: nothing to say


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"environment": "test"}, "bas, prod ou local"),
        ({"auth": "private_key_jwt"}, "client_secret_post ou tls_client_auth"),
        ({"secret": ""}, "CLIENT_SECRET manque"),
        ({"auth": "tls_client_auth"}, "TLS_CERT manque"),
        ({"acr_allowed": []}, "vide"),
        ({"acr_allowed": ["eidas9"]}, "LEVELS"),
        ({"levels": {"eidas1": "fort"}}, "LEVELS"),
    ],
)
def test_each_setting_is_checked(changes: dict[str, Any], said: str) -> None:
    assert said in psc.refusal(**SOUND | changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"environment": "local"}, "ni un simulateur"),
        ({"metadata_url": "http://127.0.0.1:8702/x"}, "ni un simulateur"),
        ({"public_url": "http://pepites.invalid"}, "PUBLIC_URL"),
        ({"public_url": ""}, "PUBLIC_URL"),
    ],
)
def test_production_wants_the_real_one(monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], said: str) -> None:
    monkeypatch.setenv("PEPITES_ENV", "production")
    assert psc.refusal(**SOUND) == ""
    assert said in psc.refusal(**SOUND | changes)


def test_forms_may_lead_to_the_wallet() -> None:
    assert psc.form_origins(psc.METADATA["prod"]) == [
        "https://auth.esw.esante.gouv.fr", "https://wallet.esw.esante.gouv.fr",
    ]  # fmt: skip
    assert psc.form_origins("http://127.0.0.1:8702/x") == ["http://127.0.0.1:8702"]
    assert psc.form_origins("") == []
