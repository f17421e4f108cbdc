from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "pepites.assessments"
    label = "assessments"

    def ready(self) -> None:
        from pepites.assessments.declarations import CODES, NOT_SORTED, PERSONAL_DATA, SORTED
        from pepites.audit.journal import register_codes
        from pepites.common.personal_data import register
        from pepites.common.sorting import leave_out, sort_rows_of

        register_codes(CODES)
        register(*PERSONAL_DATA)
        sort_rows_of(*SORTED)
        for why, tables in NOT_SORTED.items():
            leave_out(why, *tables)
