"""Policies of measures, and the wall: a mandataire without charge of the person reads nothing of care (§2.2)."""

from pepites.access.sql import history_table, section_table
from pepites.common import rls
from pepites.identity.collisions.functions import TRIGGER
from pepites.networks.sql import narrowed

# Whatever the way in: a member of the circle as « mandataire ou tuteur » has the full level only when a measure in
# force charges that very place of practice with the person.
WALL = rls.trigger_function(
    "coordination_wall_of_property",
    f"""
    BEGIN
      IF NEW.role = 'protection' AND NEW.level > 2 AND NEW.status IN ('invite', 'attente', 'actif') AND NOT EXISTS (
        SELECT 1 FROM coordination_protectionmeasure m
        WHERE m.patient_id = ANY(access_person_set(NEW.patient_id)) AND m.practice_id = NEW.practice_id
          AND m.extent IN ('personne', 'tout') AND m.lifted_at IS NULL
          AND m.starts_on <= {rls.TODAY} AND (m.ends_on IS NULL OR m.ends_on >= {rls.TODAY})) THEN
        RAISE EXCEPTION USING ERRCODE = 'PE403', MESSAGE = 'level_too_low';
      END IF;
      RETURN NEW;
    END
    """,
)
ATTACHED = (
    "CREATE TRIGGER coordination_wall_of_property BEFORE INSERT OR UPDATE OF role, level, status"
    " ON coordination_careteammember FOR EACH ROW EXECUTE FUNCTION coordination_wall_of_property();"
)

ALL = (
    section_table("coordination_protectionmeasure", read=2, write=3),
    history_table("coordination_protectionmeasureevent", read=2, write=3),
    narrowed("coordination_protectionmeasure", "consent.record"),
    TRIGGER.format("coordination_protectionmeasure"),
    WALL,
    ATTACHED,
)
