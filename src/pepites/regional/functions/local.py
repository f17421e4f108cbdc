"""What a domain does with its own numbers: A40 merge, A47 change, removal (ITI-104). It decides for its own domain only."""

from pepites.common import rls
from pepites.regional.functions.base import (
    ABSENT,
    ACTOR_PRACTICE,
    CLOSED,
    CONFLICT,
    NOW,
    PEPITES,
    REFUSE,
    XACT,
    internal_function,
    may_feed,
)

DROP = internal_function(
    "regional_drop(p_record bigint)",
    "void",
    f"""
    DECLARE person bigint;
    BEGIN
      UPDATE regional_regionalrecord SET active = false, version = version + 1 WHERE id = p_record;
      DELETE FROM regional_recordkey WHERE record_id = p_record;
      UPDATE regional_link SET active = false, ended_at = {NOW}, ended_reason = 'identité retirée'
      WHERE record_id = p_record AND active RETURNING person_id INTO person;
      IF person IS NOT NULL THEN
        PERFORM regional_refresh(ARRAY[person]);
        PERFORM regional_notify(person, 'retrait', '{{}}');
      END IF;
      PERFORM regional_close_cards(ARRAY[p_record]);
    END
    """,
)

_ONE = (
    "SELECT r.id INTO {into} FROM regional_regionalrecord r"
    " WHERE r.domain_id = p_domain AND r.local_id = {local} AND r.active FOR UPDATE;"
)

# The absorbed identity stays, inactive, and points to the survivor (RNIV-13). When it was alone, its regional person
# goes with it; when it was linked to others, the cell decides: ``left_with`` gives one of them.
ABSORB = internal_function(
    "regional_absorb(p_domain bigint, p_survivor text, p_absorbed text, p_oldest boolean)",
    "TABLE (survivor bigint, left_with bigint)",
    f"""
    DECLARE kept bigint; gone bigint; mine bigint; theirs bigint; oldest bigint; other bigint;
    BEGIN
      {_ONE.format(into="kept", local="p_survivor")}
      {_ONE.format(into="gone", local="p_absorbed")}
      IF kept IS NULL OR kept = gone THEN {ABSENT} 'survivor'; END IF;
      IF gone IS NULL THEN
        IF EXISTS (SELECT 1 FROM regional_regionalrecord r WHERE r.domain_id = p_domain AND r.local_id = p_absorbed
            AND r.replaced_by_id = kept) THEN RETURN QUERY SELECT kept, NULL::bigint; RETURN; END IF;
        {ABSENT} 'absorbed';
      END IF;
      SELECT l.person_id INTO mine FROM regional_link l WHERE l.record_id = kept AND l.active;
      SELECT l.person_id INTO theirs FROM regional_link l WHERE l.record_id = gone AND l.active;
      UPDATE regional_regionalrecord SET replaced_by_id = kept, fed_in = {XACT} WHERE id IN (gone);
      UPDATE regional_regionalrecord SET fed_in = {XACT} WHERE id = kept;
      PERFORM regional_drop(gone);
      INSERT INTO regional_nonlink (public_id, one_id, two_id, reason, author_id, lifted_reason)
      SELECT gen_random_uuid(), least(kept, x.id), greatest(kept, x.id), n.reason, n.author_id, ''
      FROM regional_nonlink n CROSS JOIN LATERAL (SELECT CASE WHEN n.one_id = gone THEN n.two_id ELSE n.one_id END AS id) x
      WHERE n.lifted_at IS NULL AND gone IN (n.one_id, n.two_id) AND x.id <> kept
        AND NOT EXISTS (SELECT 1 FROM regional_link l WHERE l.record_id = x.id AND l.active AND l.person_id = mine)
      ON CONFLICT DO NOTHING;
      IF mine <> theirs THEN
        SELECT l.record_id INTO other FROM regional_link l WHERE l.person_id = theirs AND l.active ORDER BY l.id LIMIT 1;
        IF other IS NULL THEN
          SELECT p.id INTO oldest FROM regional_regionalperson p WHERE p.id IN (mine, theirs)
          ORDER BY (p.id = mine AND (p.status = 'QUAL' OR NOT p_oldest)) DESC, p.created_at, p.id LIMIT 1;
          IF oldest = theirs THEN
            PERFORM regional_move(ARRAY(SELECT l.record_id FROM regional_link l WHERE l.person_id = mine AND l.active),
              theirs, 'domaine', NULL, NULL, NULL, '', '[]', 'fusion dans le domaine');
            UPDATE regional_regionalperson SET active = false, merged_into_id = theirs WHERE id = mine;
          ELSE
            UPDATE regional_regionalperson SET active = false, merged_into_id = mine WHERE id = theirs;
          END IF;
          PERFORM regional_refresh(ARRAY[oldest]);
          PERFORM regional_notify(oldest, 'identifiant', '{{}}');
        END IF;
      END IF;
      RETURN QUERY SELECT kept, other;
    END
    """,
)

MERGE_LOCAL = rls.definer_function(
    "regional_merge_local(p_domain bigint, p_survivor text, p_absorbed text)",
    "TABLE (survivor bigint, left_with bigint)",
    f"""
    BEGIN
      IF NOT {may_feed("p_domain")} THEN {REFUSE} 'role_missing'; END IF;
      RETURN QUERY SELECT * FROM regional_absorb(p_domain, p_survivor, p_absorbed, true);
    END
    """,
    language="plpgsql",
)

# Pépites' own merges: faithful to the person rows and nothing else. The survivor keeps its regional identifier, so that
# the absorbed one finds its own again when the merge is undone.
_HOME = "FROM regional_regionalrecord r JOIN patients_patient p ON r.local_id = p.public_id::text"
MERGE_PEPITES = rls.definer_function(
    "regional_merge_pepites(p_survivor bigint, p_absorbed bigint)",
    "TABLE (survivor bigint, left_with bigint)",
    f"""
    DECLARE kept text; gone text;
    BEGIN
      IF {CLOSED} THEN RETURN; END IF;
      SELECT s.public_id::text, p.public_id::text INTO kept, gone
      FROM patients_patient p JOIN patients_patient s ON s.id = p.survivor_id WHERE p.id = p_absorbed AND s.id = p_survivor;
      IF (SELECT count(*) FROM regional_regionalrecord r
          WHERE r.domain_id = {PEPITES} AND r.active AND r.local_id IN (kept, gone)) < 2 THEN RETURN; END IF;
      RETURN QUERY SELECT * FROM regional_absorb({PEPITES}, kept, gone, false);
    END
    """,
    language="plpgsql",
)

# The absorbed identity finds its regional person again: the one it left, unless others have moved into another since.
SEPARATE_PEPITES = rls.definer_function(
    "regional_separate_pepites(p_survivor bigint, p_absorbed bigint)",
    "void",
    f"""
    DECLARE back bigint; kept bigint; person bigint;
    BEGIN
      IF {CLOSED} THEN RETURN; END IF;
      SELECT r.id INTO back {_HOME} WHERE p.id = p_absorbed AND p.survivor_id IS NULL
        AND r.domain_id = {PEPITES} AND r.replaced_by_id IS NOT NULL ORDER BY r.id DESC LIMIT 1;
      IF back IS NULL THEN RETURN; END IF;
      SELECT r.id INTO kept {_HOME} WHERE p.id = p_survivor AND r.domain_id = {PEPITES} AND r.active;
      UPDATE regional_regionalrecord SET replaced_by_id = NULL, fed_in = {XACT} WHERE id = back;
      IF kept IS NOT NULL THEN
        INSERT INTO regional_nonlink (public_id, one_id, two_id, reason, author_id, lifted_reason)
        VALUES (gen_random_uuid(), least(kept, back), greatest(kept, back), 'Fusion défaite', {ACTOR_PRACTICE}, '')
        ON CONFLICT DO NOTHING;
      END IF;
      SELECT l.person_id INTO person FROM regional_link l WHERE l.record_id = back AND NOT l.active
      ORDER BY l.ended_at DESC, l.id DESC LIMIT 1;
      IF EXISTS (SELECT 1 FROM regional_link l WHERE l.record_id = kept AND l.active AND l.person_id = person) THEN RETURN; END IF;
      UPDATE regional_regionalperson SET active = true, merged_into_id = NULL WHERE id = person;
      INSERT INTO regional_link (public_id, record_id, person_id, origin, rule_version, terms, reason, author_id, batch,
        active, ended_reason)
      SELECT gen_random_uuid(), back, person, 'seul', '', '[]', '', {ACTOR_PRACTICE}, gen_random_uuid(), true, ''
      WHERE person IS NOT NULL;
    END
    """,
    language="plpgsql",
)

RENAME_LOCAL = rls.definer_function(
    "regional_rename_local(p_domain bigint, p_former text, p_new text)",
    "bigint",
    f"""
    DECLARE one bigint; person bigint;
    BEGIN
      IF NOT {may_feed("p_domain")} THEN {REFUSE} 'role_missing'; END IF;
      {_ONE.format(into="one", local="p_former")}
      IF one IS NULL THEN {ABSENT} 'record'; END IF;
      IF EXISTS (SELECT 1 FROM regional_regionalrecord r WHERE r.domain_id = p_domain AND r.local_id = p_new) THEN
        {CONFLICT} 'exists';
      END IF;
      UPDATE regional_regionalrecord SET local_id = p_new, version = version + 1 WHERE id = one;
      SELECT l.person_id INTO person FROM regional_link l WHERE l.record_id = one AND l.active;
      PERFORM regional_notify(person, 'identifiant', '{{}}');
      RETURN one;
    END
    """,
    language="plpgsql",
)

WITHDRAW = rls.definer_function(
    "regional_withdraw(p_domain bigint, p_local text)",
    "uuid",
    f"""
    DECLARE one bigint; known uuid;
    BEGIN
      IF NOT {may_feed("p_domain")} THEN {REFUSE} 'role_missing'; END IF;
      {_ONE.format(into="one", local="p_local")}
      IF one IS NULL THEN {ABSENT} 'record'; END IF;
      PERFORM regional_drop(one);
      SELECT r.public_id INTO known FROM regional_regionalrecord r WHERE r.id = one;
      RETURN known;
    END
    """,
    language="plpgsql",
)

ALL = (DROP, ABSORB, MERGE_LOCAL, MERGE_PEPITES, SEPARATE_PEPITES, RENAME_LOCAL, WITHDRAW)
