"""Jobs of the identities."""

import logging

from django.conf import settings
from procrastinate.contrib.django import app

from pepites.audit.unit import unit_of_work
from pepites.common.actor import system_actor
from pepites.identity.ports import Trouble, teleservice
from pepites.identity.services.verification import due_identities, verify_next, wrong_codes

VERIFY_TASK = "identity.insi.verify"
BRAKE = 10  # negative answers from which a night where most are negative is stopped
log = logging.getLogger("pepites.insi")
_STOP = frozenset({Trouble.NETWORK, Trouble.TIMEOUT, Trouble.BREAKER, Trouble.CERTIFICATE})


@app.periodic(cron="17 5 * * *")  # 2 h 17 in Cayenne
@app.task(name=VERIFY_TASK, queueing_lock=VERIFY_TASK)
def verify_oldest(timestamp: int = 0) -> int:
    """Verify the INS not verified for the longest time (§2.8); stops when INSi does not answer; returns how many."""
    del timestamp
    if teleservice() is None:
        return 0
    actor = system_actor(VERIFY_TASK)
    with unit_of_work(actor):
        waiting = due_identities(settings.PEPITES_INSI_LOT_MAX)
    done = wrong = 0
    for identity_id in waiting:
        code = verify_next(actor=actor, identity_id=identity_id)
        if code in _STOP or code.startswith("siram_40"):
            break
        done += bool(code)
        wrong += code in wrong_codes()
        if wrong >= BRAKE and wrong * 2 > done:  # more likely a contract misread than a night of wrong numbers
            log.error("vérification INSi arrêtée : %s réponses négatives sur %s", wrong, done)
            break
    return done
