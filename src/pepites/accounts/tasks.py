"""Nightly sweep of what machine clients left: tokens and assertions that are over."""

from procrastinate.contrib.django import app

from pepites.accounts.models import AccessToken, UsedAssertion
from pepites.audit.unit import unit_of_work
from pepites.common.actor import system_actor
from pepites.common.clock import now


@app.periodic(cron="37 7 * * *")  # 4 h 37 in Cayenne
@app.task(name="accounts.sweep_tokens", queueing_lock="accounts.sweep_tokens")
def sweep_tokens(timestamp: int = 0) -> int:
    """Forget tokens and assertions that are over; returns how many."""
    del timestamp
    with unit_of_work(system_actor("accounts.sweep_tokens")):
        return sum(model.objects.filter(expires_at__lt=now()).delete()[0] for model in (AccessToken, UsedAssertion))
