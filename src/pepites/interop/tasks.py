"""Jobs of the exchanges."""

from procrastinate.contrib.django import app

from pepites.common.actor import system_actor
from pepites.interop.hl7v2.notices import send_notices

NOTIFY_TASK = "interop.hl7v2.notify"


@app.periodic(cron="* * * * *")
@app.task(name=NOTIFY_TASK, queueing_lock=NOTIFY_TASK)
def notify_domains(timestamp: int = 0) -> int:
    """Tell the domains what the regional server has for them; returns how many notices were taken."""
    del timestamp
    return send_notices(system_actor(NOTIFY_TASK))
