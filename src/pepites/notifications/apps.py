from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "pepites.notifications"
    label = "notifications"

    def ready(self) -> None:
        from pepites.audit.journal import register_codes
        from pepites.common.personal_data import register
        from pepites.common.sorting import leave_out
        from pepites.notifications.declarations import CODES, NOT_SORTED, PERSONAL_DATA
        from pepites.notifications.enums import Channel
        from pepites.notifications.mailing import Mail
        from pepites.notifications.ports import register_courier

        register_courier(Channel.EMAIL, Mail())
        register_codes(CODES)
        register(*PERSONAL_DATA)
        for why, tables in NOT_SORTED.items():
            leave_out(why, *tables)
