"""Mail that says how many things wait, and nothing of them (law 6; interface §14)."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from pepites.accounts.models import User
from pepites.audit.unit import unit_of_work
from pepites.common.actor import system_actor


class Mail:
    """The courier of mail, by SMTP."""

    def ready(self) -> bool:
        """A mail server is configured."""
        return bool(settings.EMAIL_HOST)

    def tell(self, *, user_id: int, count: int, urgent: int) -> None:
        """Write to the account's address, if it has one; nothing is held in the base meanwhile."""
        with unit_of_work(system_actor("notifications.mail")):
            address = User.objects.filter(pk=user_id).values_list("email", flat=True).first()
        if address:
            EmailMessage("Nouveautés dans Pépites", _text(count, urgent), to=[address]).send()


def _text(count: int, urgent: int) -> str:
    said = f"Vous avez {count} nouveauté{'s' if count > 1 else ''} dans Pépites"
    if urgent:
        said += f", dont {urgent} urgente{'s' if urgent > 1 else ''}"
    home = settings.PEPITES_PUBLIC_URL.rstrip("/")
    return (
        f"Bonjour,\n\n{said}.\n\nPour les lire, connectez-vous :\n{home}{reverse('notifications:list')}\n\n"
        "Par discrétion, ce message ne dit rien de plus.\n"
        f"Pour en recevoir moins, ou à d'autres heures :\n{home}{reverse('notifications:settings')}\n"
    )
