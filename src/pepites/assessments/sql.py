"""Policies of assessments (design, law 3; coordination §2.4-4): forms are no patient data, answers follow the level."""

from pepites.access.sql import levelled, reserved
from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE

_FORM, _VERSION = "assessments_form", "assessments_formversion"
_OWN = "network_id IS NOT NULL AND networks_may_administer(network_id)"
_OWN_VERSION = (
    f"EXISTS (SELECT 1 FROM {_FORM} f WHERE f.id = form_id AND f.{_OWN.replace('(network_id', '(f.network_id')})"
)

FORMS = (
    rls.enable(_FORM),
    rls.grant(_FORM, "SELECT", "INSERT"),
    rls.policy(_FORM, "form_read", "SELECT", using="true"),
    rls.policy(_FORM, "form_add", "INSERT", check=_OWN),
    rls.enable(_VERSION),
    rls.grant(_VERSION, "SELECT", "INSERT", "UPDATE"),
    rls.policy(_VERSION, "version_read", "SELECT", using="true"),
    rls.policy(_VERSION, "version_add", "INSERT", check=_OWN_VERSION),
    rls.policy(_VERSION, "version_change", "UPDATE", using=_OWN_VERSION, check=_OWN_VERSION),
)

# A published definition never changes, so that past answers keep their meaning (interface §12); it only retires.
KEPT = """
CREATE OR REPLACE FUNCTION assessments_keep_version() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
  IF OLD.state <> 'brouillon' AND (
    NEW.questionnaire <> OLD.questionnaire OR NEW.scoring <> OLD.scoring OR NEW.number <> OLD.number
    OR NEW.form_id <> OLD.form_id OR NEW.title <> OLD.title OR NEW.licence <> OLD.licence OR NEW.source <> OLD.source
    OR NEW.caution <> OLD.caution OR NEW.published_at IS DISTINCT FROM OLD.published_at OR NEW.state = 'brouillon'
    OR (OLD.state = 'retiree' AND NEW.state <> 'retiree')
  ) THEN
    RAISE EXCEPTION 'a published form never changes' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $body$;
CREATE TRIGGER assessments_keep_version BEFORE UPDATE ON assessments_formversion
  FOR EACH ROW EXECUTE FUNCTION assessments_keep_version();
"""

# The level of answers is the form's, and of a score its assessment's, whatever the writer says.
LEVELS = """
CREATE OR REPLACE FUNCTION assessments_set_level() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
  SELECT CASE f.category WHEN 'social' THEN 2 ELSE 3 END INTO NEW.level FROM assessments_formversion v
    JOIN assessments_form f ON f.id = v.form_id WHERE v.id = NEW.form_version_id AND v.state <> 'brouillon';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'a form being prepared takes no answer' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $body$;
CREATE TRIGGER assessments_a_level BEFORE INSERT ON assessments_assessment
  FOR EACH ROW EXECUTE FUNCTION assessments_set_level();
CREATE OR REPLACE FUNCTION assessments_set_score() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
  SELECT a.level, a.patient_id INTO NEW.level, NEW.patient_id FROM assessments_assessment a WHERE a.id = NEW.assessment_id;
  RETURN NEW;
END $body$;
CREATE TRIGGER assessments_a_score BEFORE INSERT ON assessments_assessmentscore
  FOR EACH ROW EXECUTE FUNCTION assessments_set_score();
"""
CHANGED = "state, answers, scores, alerts, authored_on, updated_at, reason, version"


def assessment() -> str:
    """Read by level; a draft, or what was withdrawn, by its author alone; written under one's own name."""
    parts = []
    for table in ("assessments_assessment", "assessments_assessmentevent"):
        mine = f"{table}.author_id = {ACTOR_PRACTICE}"
        signed = f"{mine} AND {levelled(table)}"
        stands = f"{table}.state IN ('terminee', 'corrigee')"
        parts += [
            rls.enable(table),
            rls.grant(table, "SELECT", "INSERT"),
            rls.policy(
                table,
                f"{table}_read",
                "SELECT",
                using=f"{levelled(table)} AND ({stands} OR {mine})",
            ),
            rls.policy(table, f"{table}_add", "INSERT", check=signed),
        ]
        if table == "assessments_assessment":
            parts += [
                rls.composite_key(table),
                f"GRANT UPDATE ({CHANGED}) ON {table} TO pepites_web, pepites_worker;",
                rls.policy(table, f"{table}_change", "UPDATE", using=signed, check=signed),
            ]
    return "\n".join(parts)


def score() -> str:
    """As its assessment."""
    table = "assessments_assessmentscore"
    signed = (
        f"EXISTS (SELECT 1 FROM assessments_assessment a WHERE a.id = {table}.assessment_id"
        f" AND a.patient_id = {table}.patient_id AND a.author_id = {ACTOR_PRACTICE}) AND {levelled(table)}"
    )
    return "\n".join(
        [
            rls.enable(table),
            rls.composite_key(table),
            rls.grant(table, "SELECT", "INSERT"),
            f"GRANT UPDATE (value, band, tone) ON {table} TO pepites_web, pepites_worker;",
            rls.policy(table, f"{table}_read", "SELECT", using=levelled(table)),
            rls.policy(table, f"{table}_add", "INSERT", check=signed),
            rls.policy(table, f"{table}_change", "UPDATE", using=signed, check=signed),
        ]
    )


ALL = (*FORMS, KEPT, LEVELS, assessment(), score())

# Once in the file it stays as it was put there: the fil, the alerts and the tasks were told accordingly.
KEPT_RESERVED = """
CREATE OR REPLACE FUNCTION assessments_keep_reserved() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
  RAISE EXCEPTION 'an assessment is reserved before it is ended' USING ERRCODE = 'check_violation';
END $body$;
CREATE TRIGGER assessments_keep_reserved BEFORE UPDATE ON assessments_assessment FOR EACH ROW
  WHEN (OLD.reserved <> NEW.reserved AND OLD.state <> 'brouillon') EXECUTE FUNCTION assessments_keep_reserved();
"""


def _score_reserved() -> str:
    """A score is read by whoever reads its assessment: the latter's own policies answer."""
    table = "assessments_assessmentscore"
    held = f"EXISTS (SELECT 1 FROM assessments_assessment a WHERE a.id = {table}.assessment_id)"
    return rls.policy(table, f"{table}_reserved", "SELECT", using=held, restrictive=True)


RESERVED = (
    "GRANT UPDATE (reserved) ON assessments_assessment TO pepites_web, pepites_worker;",
    reserved("assessments_assessment"),
    reserved("assessments_assessmentevent"),
    _score_reserved(),
    KEPT_RESERVED,
)
"""What migration 0004 adds: a reserved assessment is for the readers named (coordination §2.3 b, ADR 0034)."""
