"""Row-level security of the person row and of the rights themselves; the functions that pass over it."""

from django.db import migrations

from pepites.access import functions
from pepites.access.sql import COORDINATED, GRANTED, OWN_ORGANIZATION, coordinated, section_table
from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE

MAY_SEE_PATIENT = f"(id = ANY({GRANTED}) OR {coordinated('patients_patient.id')})"
# Names, dates and status follow the identity by its own trigger: web never writes them here.
UPDATABLE = "language, interpreter, protected_minor, protected_adult, updated_at"
# Somebody who only broke the glass neither consents nor opposes in the person's name.
STANDING = "access_standing_level({}.patient_id) >= 2"

SQL = "\n".join(
    [
        *functions.ALL,
        rls.enable("patients_patient"),
        rls.grant("patients_patient", "SELECT"),
        f"GRANT UPDATE ({UPDATABLE}) ON patients_patient TO pepites_web, pepites_worker;",
        rls.policy("patients_patient", "patient_read", "SELECT", using=MAY_SEE_PATIENT),
        rls.policy("patients_patient", "patient_change", "UPDATE", using=MAY_SEE_PATIENT, check=MAY_SEE_PATIENT),
        rls.enable("access_accessgrant"),
        rls.composite_key("access_accessgrant"),
        rls.grant("access_accessgrant", "SELECT"),
        rls.policy("access_accessgrant", "own_grants", "SELECT", using=f"practice_id = {ACTOR_PRACTICE}"),
        rls.enable("access_networkpatient"),
        rls.composite_key("access_networkpatient"),
        rls.grant("access_networkpatient", "SELECT"),
        rls.policy(
            "access_networkpatient",
            "enrolment_read",
            "SELECT",
            using=(
                f"(network_id = ANY({COORDINATED}) AND (organization_id IS NULL OR organization_id = {OWN_ORGANIZATION}))"
                f" OR patient_id = ANY({GRANTED})"
            ),
        ),
        section_table("access_consentrecord", read=1, write=2),
        section_table("access_opposition", read=3, write=2),
        *(
            rls.policy(table, f"{table}_standing", "INSERT", check=STANDING.format(table), restrictive=True)
            + rls.policy(
                table, f"{table}_standing_change", "UPDATE",
                using=STANDING.format(table), check=STANDING.format(table), restrictive=True,
            )
            for table in ("access_consentrecord", "access_opposition")
        ),
        section_table("access_emergencyaccess", read=2, privileges=("SELECT",)),
    ]
)


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_initial"),
        ("audit", "0002_privileges"),
        ("directory", "0002_privileges"),
        ("networks", "0002_privileges"),
        ("accounts", "0002_privileges"),
    ]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
