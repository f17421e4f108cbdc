"""What web and worker may do on the tables of the libraries (pile-technique, trap 14)."""

from django.db import migrations

SQL = """
GRANT SELECT ON django_migrations, django_content_type TO pepites_web, pepites_worker;
GRANT SELECT, INSERT ON procrastinate_jobs TO pepites_web;
GRANT SELECT, INSERT ON procrastinate_events TO pepites_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers
  TO pepites_worker;
GRANT SELECT, INSERT ON procrastinate_events TO pepites_worker;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO pepites_web, pepites_worker;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("procrastinate", "0041_post_retry_failed_job"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    run_before = [("directory", "0001_initial")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
