"""SQL of the identity triggers, of the worklist's functions and of the policies' cell branch."""

from pepites.access.sql import section_table
from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE, TRUSTED, trigger_function
from pepites.identity.functions import CELL, REFUSE, card_readable

_WORDS = "btrim(regexp_replace(upper({}), '[^A-Z0-9]+', ' ', 'g'))"


# The person row is a copy: only the database writes it, so that it cannot drift from the identity.
SYNC = trigger_function(
    "identity_sync_patient",
    f"""
    DECLARE one identity_domainidentity; said text;
    BEGIN
      SELECT * INTO one FROM identity_domainidentity i
      WHERE i.patient_id = NEW.patient_id AND i.active AND i.domain = 'PEPITES';
      IF NOT FOUND THEN RETURN NULL; END IF;
      SELECT concat_ws(' ', one.birth_name, one.used_name, one.given_names, one.used_given_name,
        string_agg(concat_ws(' ', a.birth_name, a.given_names), ' ')) INTO said
      FROM identity_alias a WHERE a.patient_id = one.patient_id;
      -- Found by the names of the files merged into this one too.
      said := concat_ws(' ', said, (SELECT string_agg(m.search_text, ' ') FROM patients_patient m
        WHERE m.survivor_id = one.patient_id));
      UPDATE patients_patient p SET
        birth_name = one.birth_name, first_given_name = one.first_given_name, used_name = one.used_name,
        used_given_name = one.used_given_name, birth_date = one.birth_date,
        birth_date_interpreted = one.birth_date_interpreted, sex = one.sex, identity_status = one.status,
        identity_flags = concat_ws(',', nullif(one.homonym, ''), CASE WHEN one.doubtful THEN 'DOUT' END,
          CASE WHEN one.fictitious THEN 'FICT' END, CASE WHEN one.hidden THEN 'CACH' END,
          CASE WHEN p.survivor_id IS NOT NULL THEN 'DESA' END),
        sort_key = left(lower({_WORDS.format("one.birth_name || ' ' || one.first_given_name")}), 210),
        search_text = {_WORDS.format("said")}, commune_cog = one.commune_cog,
        phone_keys = left(coalesce((SELECT string_agg(t.key, ' ' ORDER BY t.id) FROM identity_phone t
          WHERE t.patient_id = one.patient_id AND t.active), ''), 120),
        updated_at = statement_timestamp()
      WHERE p.id = one.patient_id;
      RETURN NULL;
    END
    """,
)

# What gives a status its two axes: a paper in force (C), an answer of INSi accepted in this transaction or the carte
# Vitale app seen just now (I), a number already held (I).
PROVED = (
    "EXISTS (SELECT 1 FROM identity_documentcheck c WHERE c.identity_id = NEW.id AND c.accepted"
    " AND c.revoked_at IS NULL)"
)
ANSWERED = (
    "(EXISTS (SELECT 1 FROM identity_insicall c WHERE c.identity_id = NEW.id AND c.state = 'acceptee'"
    " AND c.decided_at >= transaction_timestamp()) OR EXISTS (SELECT 1 FROM identity_documentcheck c"
    " WHERE c.identity_id = NEW.id AND c.device_id = 'AV' AND c.accepted AND c.revoked_at IS NULL"
    " AND c.recorded_at >= transaction_timestamp() - interval '1 minute'))"
)
NUMBERED = "EXISTS (SELECT 1 FROM identity_ins n WHERE n.identity_id = NEW.id AND n.active)"

# RNIV-1 and §2.1: what no view can forget, the table refuses.
GUARD = trigger_function(
    "identity_guard",
    f"""
    DECLARE traits_changed boolean;
    BEGIN
      IF TG_OP = 'UPDATE' AND NEW.patient_id <> OLD.patient_id THEN {REFUSE} 'state'; END IF;
      IF {TRUSTED} THEN RETURN NEW; END IF;
      IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'PROV' THEN {REFUSE} 'state'; END IF;
        RETURN NEW;
      END IF;
      traits_changed := (OLD.birth_name, OLD.first_given_name, OLD.given_names, OLD.birth_date, OLD.birth_date_precision,
          OLD.birth_date_interpreted, OLD.sex, OLD.birth_place_cog)
        IS DISTINCT FROM (NEW.birth_name, NEW.first_given_name, NEW.given_names, NEW.birth_date, NEW.birth_date_precision,
          NEW.birth_date_interpreted, NEW.sex, NEW.birth_place_cog);
      IF traits_changed AND OLD.status IN ('RECUP', 'QUAL') AND NOT {ANSWERED} THEN {REFUSE} 'state'; END IF;
      IF traits_changed AND OLD.status = 'VALI' AND NEW.status = 'VALI' AND NOT {CELL} THEN {REFUSE} 'role_missing'; END IF;
      IF NEW.status = OLD.status THEN RETURN NEW; END IF;
      IF NEW.status IN ('VALI', 'QUAL') AND NOT {PROVED} THEN {REFUSE} 'state'; END IF;
      IF NEW.status = 'RECUP' AND OLD.status <> 'QUAL' AND NOT {ANSWERED} THEN {REFUSE} 'state'; END IF;
      IF NEW.status = 'QUAL' AND NOT ({ANSWERED} OR {NUMBERED}) THEN {REFUSE} 'state'; END IF;
      RETURN NEW;
    END
    """,
)

# A check is accepted only for a device that proves, whatever the view believes (§2.3, GUY-3).
DOCUMENT_GUARD = trigger_function(
    "identity_document_guard",
    f"""
    BEGIN
      IF NEW.accepted AND NOT EXISTS (
          SELECT 1 FROM identity_device d JOIN identity_domainidentity i ON i.id = NEW.identity_id
          WHERE d.code = NEW.device_id AND d.active AND d.strength = 'fort' AND i.patient_id = NEW.patient_id
            AND (d.population <> 'mineur' OR i.birth_date > NEW.checked_on - interval '18 years')
            AND (NOT d.needs_companion OR EXISTS (SELECT 1 FROM identity_device m
                 WHERE m.code = NEW.companion_id AND m.active AND m.strength = 'fort' AND NOT m.needs_companion))) THEN
        {REFUSE} 'state';
      END IF;
      RETURN NEW;
    END
    """,
)

TRIGGERS = "\n".join(
    [
        *(
            f"CREATE TRIGGER {table}_sync AFTER INSERT OR UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION identity_sync_patient();"
            for table in ("identity_domainidentity", "identity_alias", "identity_phone")
        ),
        *(
            f"CREATE TRIGGER {trigger} BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}();"
            for trigger, table, function in (
                ("identity_guard_traits", "identity_domainidentity", "identity_guard"),
                ("identity_guard_document", "identity_documentcheck", "identity_document_guard"),
            )
        ),
    ]
)

OPEN_CARD = rls.definer_function(
    "identity_open_card(p_public uuid, p_patient bigint, p_other bigint, p_network bigint, p_fingerprint text,"
    " p_source text, p_line integer, p_traits jsonb, p_score double precision, p_reasons text[], p_comment text)",
    "text",
    f"""
    DECLARE one bigint := p_patient; two bigint := p_other; found text;
    BEGIN
      IF p_other IS NULL THEN
        IF NOT identity_may_import() THEN {REFUSE} 'role_missing'; END IF;
      ELSE
        IF NOT ({TRUSTED} OR access_actor_level(p_other) >= 2 OR {CELL}) THEN {REFUSE} 'level_too_low'; END IF;
        one := least(p_patient, p_other); two := greatest(p_patient, p_other);
      END IF;
      SELECT c.state INTO found FROM identity_doublecandidate c WHERE c.patient_id = one
        AND ((two IS NULL AND c.other_id IS NULL AND c.fingerprint = p_fingerprint) OR c.other_id = two);
      IF found IS NOT NULL THEN RETURN found; END IF;
      INSERT INTO identity_doublecandidate (public_id, patient_id, other_id, network_id, fingerprint, source, line,
        line_traits, score, reasons, comment, state, decision_reason)
      VALUES (p_public, one, two, p_network, p_fingerprint, p_source, p_line, p_traits, p_score, p_reasons, p_comment,
        'ouvert', '') ON CONFLICT DO NOTHING;
      IF two IS NOT NULL THEN
        UPDATE identity_domainidentity i SET homonym = 'HOMD', changed_by_id = NULL, changed_at = statement_timestamp(),
          change_reason = 'Doublon possible signalé'
        WHERE i.patient_id IN (one, two) AND i.active AND i.homonym = '' AND NOT i.fictitious;
      END IF;
      RETURN 'nouveau';
    END
    """,
    language="plpgsql",
)

SETTLE_CARD = rls.definer_function(
    "identity_settle_card(p_public uuid, p_same boolean, p_reason text)",
    "boolean",
    f"""
    DECLARE card identity_doublecandidate;
    BEGIN
      SELECT * INTO card FROM identity_doublecandidate c WHERE c.public_id = p_public AND {card_readable("c")} FOR UPDATE;
      IF NOT FOUND THEN {REFUSE} 'not_in_circle'; END IF;
      IF NOT ({CELL} OR cardinality(ARRAY(SELECT 1 FROM networks_networkmembership m
          WHERE m.practice_id = {ACTOR_PRACTICE} AND m.role = 'coordination' AND m.starts_at <= statement_timestamp()
            AND (m.ends_at IS NULL OR m.ends_at > statement_timestamp()))) > 0) THEN {REFUSE} 'role_missing'; END IF;
      IF card.state <> 'ouvert' THEN RETURN false; END IF;
      UPDATE identity_doublecandidate SET state = CASE WHEN p_same THEN 'meme' ELSE 'distinct' END,
        decided_by_id = {ACTOR_PRACTICE}, decided_at = statement_timestamp(), decision_reason = p_reason WHERE id = card.id;
      IF NOT p_same AND card.other_id IS NOT NULL THEN
        INSERT INTO identity_notsame (patient_id, other_id, reason, decided_by_id)
        VALUES (card.patient_id, card.other_id, p_reason, {ACTOR_PRACTICE})
        ON CONFLICT (patient_id, other_id) DO UPDATE SET lifted_at = NULL, reason = EXCLUDED.reason;
        UPDATE identity_domainidentity i SET homonym = 'HOMA', changed_by_id = {ACTOR_PRACTICE},
          changed_at = statement_timestamp(), change_reason = 'Doublon possible tranché : deux personnes'
        WHERE i.patient_id IN (card.patient_id, card.other_id) AND i.active AND NOT i.fictitious;
      END IF;
      RETURN true;
    END
    """,
    language="plpgsql",
)

CARD_TRAITS = rls.definer_function(
    "identity_card_traits(p_cards bigint[])",
    "TABLE (card_id bigint, patient_id bigint, public_id uuid, birth_name text, first_given_name text, given_names text,"
    " birth_date date, interpreted boolean, sex text, birth_place_cog text, status text, flags text, visible boolean)",
    f"""
    SELECT c.id, s.id, s.public_id, s.birth_name::text, s.first_given_name::text,
      coalesce(i.given_names, s.first_given_name)::text, s.birth_date, s.birth_date_interpreted, s.sex::text,
      coalesce(i.birth_place_cog, '99999')::text, s.identity_status::text, s.identity_flags::text,
      access_actor_level(s.id) >= 1
    FROM identity_doublecandidate c JOIN patients_patient s ON s.id IN (c.patient_id, c.other_id)
    LEFT JOIN identity_domainidentity i ON i.patient_id = s.id AND i.active AND i.domain = 'PEPITES'
    WHERE c.id = ANY(p_cards[1:50]) AND s.identity_flags !~ 'FICT|CACH' AND {card_readable("c")}
    ORDER BY c.id, s.id
    """,
    volatile="STABLE",
)

CARD_FUNCTIONS = (OPEN_CARD, SETTLE_CARD, CARD_TRAITS)


def cell_branch(table: str, *commands: str) -> str:
    """The identity cell's own policies on an identity table: a wide role, not one grant a person (design, law 3)."""
    parts = []
    for command in commands:
        using = CELL if command != "INSERT" else ""
        check = CELL if command != "SELECT" else ""
        parts.append(rls.policy(table, f"{table}_cell_{command.lower()}", command, using=using, check=check))
    return "\n".join(parts)


def identity_table(table: str, *, read: int, append_only: bool = False) -> str:
    """A table of identities: read at ``read``, written from level 2, open to the identity cell."""
    verbs = ("SELECT", "INSERT") if append_only else ("SELECT", "INSERT", "UPDATE")
    return f"{section_table(table, read=read, write=2, privileges=verbs)}\n{cell_branch(table, *verbs)}"
