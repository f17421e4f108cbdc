"""Nightly: what machine clients left (tokens and assertions that are over); RPPS+ numbers the directory now has;
accounts that stop by themselves."""

from procrastinate.contrib.django import app

from pepites.accounts.enrolment.suspension import suspend_due
from pepites.accounts.models import AccessToken, RppsRegistration, UsedAssertion
from pepites.accounts.rppsplus.checking import compare
from pepites.accounts.rppsplus.enums import Check, Step
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


@app.periodic(cron="7 8 * * *")  # 5 h 07 in Cayenne
@app.task(name="accounts.check_rpps", queueing_lock="accounts.check_rpps")
def check_rpps(timestamp: int = 0) -> int:
    """Compare again, with the copy of the day, the numbers that it did not confirm yet; how many changed."""
    del timestamp
    waiting = [Check.NONE, Check.MISSING, Check.OTHER, Check.GONE]
    with unit_of_work(system_actor("accounts.check_rpps")):
        rows = RppsRegistration.objects.exclude(rpps="").filter(check_result__in=waiting).exclude(step=Step.CLOSED)
        changed = 0
        for row in rows[:5000]:
            result = compare(row)
            changed += result != row.check_result
            row.check_result, row.checked_at = result, now()
            row.save(update_fields=["check_result", "checked_at"])
        return changed


@app.periodic(cron="17 8 * * *")  # 5 h 17 in Cayenne
@app.task(name="accounts.suspend_accounts", queueing_lock="accounts.suspend_accounts")
def suspend_accounts(timestamp: int = 0) -> int:
    """Suspend accounts unused for ninety days, and local ones whose time is over; how many."""
    del timestamp
    with unit_of_work(system_actor("accounts.suspend_accounts")):
        return suspend_due()
