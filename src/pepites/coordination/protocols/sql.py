"""Policies of the protocols: read from the social level, as the tasks they lay down; written from the full one."""

from pepites.access.sql import history_table, section_table
from pepites.identity.collisions.functions import TRIGGER

ALL = "\n".join(
    [
        section_table("coordination_protocolrun", read=2, write=3),
        history_table("coordination_protocolrunevent", read=2, write=3),
        section_table("coordination_protocolstep", read=2, write=3),
        TRIGGER.format("coordination_protocolrun"),
    ]
)

# A case keeps the pack it was opened with: whatever way it is opened, the version in force is written in it, with the
# first stage of that version (coordination P16).
PIN_PACK = """
CREATE OR REPLACE FUNCTION coordination_pin_pack() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.pack_id IS NULL THEN
    SELECT k.id, coalesce(k.sections #>> '{etapes,stages,0,code}', '') INTO NEW.pack_id, NEW.stage
    FROM networks_networkpack k WHERE k.network_id = NEW.network_id AND k.state = 'publie'
    ORDER BY k.number DESC LIMIT 1;
    NEW.stage := coalesce(NEW.stage, '');
    NEW.stage_since := CASE WHEN NEW.stage = '' THEN NULL ELSE NEW.opened_on END;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER coordination_pathway_pin BEFORE INSERT ON coordination_pathway
  FOR EACH ROW EXECUTE FUNCTION coordination_pin_pack();
GRANT UPDATE (pack_id, stage, stage_since, inclusion) ON coordination_pathway TO pepites_web, pepites_worker;
"""
