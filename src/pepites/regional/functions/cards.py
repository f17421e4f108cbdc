"""The cell's cards: opened by the machine or a domain, taken, decided by one reader or two (STIC-8)."""

from pepites.common import rls
from pepites.regional.functions.base import (
    ABSENT,
    ACTOR_PRACTICE,
    ACTOR_USER,
    CELL,
    CLIENT,
    CONFLICT,
    NOW,
    REFUSE,
    TRUSTED,
    XACT,
)

LOCK_MINUTES = 15
_ROW = (
    "public_id uuid, queue text, one bigint, two bigint, score double precision, match_class text, shadow boolean,"
    " twin_risk boolean, vetoes varchar[], terms jsonb, rule_version text, note text"
)

# One card a pair: looked at again, its score follows; a new one waits ``review_days`` at most.
OPEN_CARDS = rls.definer_function(
    "regional_open_cards(p_rows jsonb)",
    "integer",
    f"""
    DECLARE made integer; refreshed integer;
    BEGIN
      IF NOT ({TRUSTED} OR {CELL}) AND EXISTS (
          SELECT 1 FROM jsonb_to_recordset(p_rows) AS r({_ROW}) WHERE NOT EXISTS (
            SELECT 1 FROM regional_regionalrecord x
            WHERE x.id IN (r.one, r.two) AND x.fed_in = {XACT})) THEN {REFUSE} 'state'; END IF;
      UPDATE regional_card c SET score = r.score, match_class = r.match_class, shadow = r.shadow, twin_risk = r.twin_risk,
        vetoes = r.vetoes, terms = r.terms, rule_version = r.rule_version
      FROM jsonb_to_recordset(p_rows) AS r({_ROW})
      WHERE c.closed_at IS NULL AND c.one_id = r.one AND c.two_id = r.two AND c.first_decision = ''
        AND c.queue IN ('candidats', 'doublons', 'homonymes') AND r.queue IN ('candidats', 'doublons', 'homonymes');
      GET DIAGNOSTICS refreshed = ROW_COUNT;
      INSERT INTO regional_card (public_id, queue, one_id, two_id, score, match_class, shadow, twin_risk, vetoes, terms,
        rule_version, note, state, due_at, first_decision, first_reason, second_decision, second_reason)
      SELECT r.public_id, r.queue, r.one, r.two, r.score, r.match_class, r.shadow, r.twin_risk, r.vetoes, r.terms,
        r.rule_version, r.note, 'ouverte',
        {NOW} + (SELECT s.review_days FROM regional_ruleset s) * interval '1 day', '', '', '', ''
      FROM jsonb_to_recordset(p_rows) AS r({_ROW})
      WHERE NOT EXISTS (SELECT 1 FROM regional_card c WHERE c.closed_at IS NULL AND c.one_id = r.one AND c.two_id = r.two
          AND c.queue IN ('candidats', 'doublons', 'homonymes') AND r.queue IN ('candidats', 'doublons', 'homonymes'))
        AND NOT (r.queue IN ('candidats', 'doublons', 'homonymes') AND EXISTS (
          SELECT 1 FROM regional_link a JOIN regional_link b ON b.person_id = a.person_id AND b.active
          WHERE a.active AND a.record_id = r.one AND b.record_id = r.two))
      ON CONFLICT DO NOTHING;
      GET DIAGNOSTICS made = ROW_COUNT;
      RETURN made + refreshed;
    END
    """,
    language="plpgsql",
)

# A domain asks for its own identity only; the cell for any (queue « séparations demandées »).
ASK_UNLINK = rls.definer_function(
    "regional_ask_unlink(p_public uuid, p_record uuid, p_reason text)",
    "boolean",
    f"""
    DECLARE one regional_regionalrecord;
    BEGIN
      SELECT * INTO one FROM regional_regionalrecord r WHERE r.public_id = p_record AND r.active
        AND ({TRUSTED} OR {CELL} OR r.domain_id = {CLIENT});
      IF NOT FOUND THEN {REFUSE} 'not_in_circle'; END IF;
      INSERT INTO regional_card (public_id, queue, one_id, score, match_class, shadow, twin_risk, vetoes, terms,
        rule_version, note, state, due_at, first_decision, first_reason, second_decision, second_reason)
      VALUES (p_public, 'separations', one.id, 0, 'B', false, false, '{{}}', '[]', '', left(p_reason, 300), 'ouverte',
        {NOW} + (SELECT s.review_days FROM regional_ruleset s) * interval '1 day', '', '', '', '')
      ON CONFLICT DO NOTHING;
      RETURN FOUND;
    END
    """,
    language="plpgsql",
)

# A domain that says two identities are one, one of them its own: the cell decides. What it may not know (whether the other
# domain has that number, what the cell decided before) changes nothing in the answer.
ASK_LINK = rls.definer_function(
    "regional_ask_link(p_public uuid, p_domain bigint, p_local text, p_other_domain bigint, p_other_local text, p_reason text)",
    "uuid",
    f"""
    DECLARE mine regional_regionalrecord; other regional_regionalrecord;
    BEGIN
      IF NOT ({TRUSTED} OR {CELL} OR p_domain = {CLIENT}) THEN {REFUSE} 'role_missing'; END IF;
      SELECT * INTO mine FROM regional_regionalrecord r WHERE r.domain_id = p_domain AND r.local_id = p_local AND r.active;
      IF mine.id IS NULL THEN {ABSENT} 'record'; END IF;
      SELECT * INTO other FROM regional_regionalrecord r
      WHERE r.domain_id = p_other_domain AND r.local_id = p_other_local AND r.active;
      IF other.id IS NULL AND p_other_domain = p_domain THEN {ABSENT} 'record'; END IF;
      IF other.id IS NOT NULL AND other.id <> mine.id AND NOT EXISTS (SELECT 1 FROM regional_nonlink n WHERE n.lifted_at IS NULL
          AND n.one_id = least(mine.id, other.id) AND n.two_id = greatest(mine.id, other.id))
        AND NOT EXISTS (SELECT 1 FROM regional_link a JOIN regional_link b ON b.person_id = a.person_id AND b.active
          WHERE a.active AND a.record_id = mine.id AND b.record_id = other.id)
        AND NOT EXISTS (SELECT 1 FROM regional_card c WHERE c.closed_at IS NULL AND c.one_id = least(mine.id, other.id)
          AND c.two_id = greatest(mine.id, other.id) AND c.queue IN ('candidats', 'doublons', 'homonymes')) THEN
        INSERT INTO regional_card (public_id, queue, one_id, two_id, score, match_class, shadow, twin_risk, vetoes, terms,
          rule_version, note, state, due_at, first_decision, first_reason, second_decision, second_reason)
        VALUES (p_public, CASE WHEN p_domain = p_other_domain THEN 'doublons' ELSE 'candidats' END, least(mine.id, other.id),
          greatest(mine.id, other.id), 0, 'B', false, false, '{{}}', '[]', '', left(p_reason, 300), 'ouverte',
          {NOW} + (SELECT s.review_days FROM regional_ruleset s) * interval '1 day', '', '', '', '') ON CONFLICT DO NOTHING;
      END IF;
      RETURN mine.public_id;
    END
    """,
    language="plpgsql",
)

LOCK_CARD = rls.definer_function(
    "regional_lock_card(p_card uuid)",
    "boolean",
    f"""
    BEGIN
      IF NOT {CELL} OR {ACTOR_USER} IS NULL THEN {REFUSE} 'role_missing'; END IF;
      UPDATE regional_card SET locked_by_id = {ACTOR_PRACTICE}, locked_user_id = {ACTOR_USER},
        locked_until = {NOW} + interval '{LOCK_MINUTES} minutes'
      WHERE public_id = p_card AND closed_at IS NULL
        AND (locked_until IS NULL OR locked_until <= {NOW} OR locked_user_id = {ACTOR_USER});
      RETURN FOUND;
    END
    """,
    language="plpgsql",
)

_CLOSE = "UPDATE regional_card SET state = {state}, closed_at = {now}, locked_until = NULL WHERE id = card.id;"

# Four eyes as soon as one of the two is qualified: the second account must say the same, else the card climbs.
DECIDE_CARD = rls.definer_function(
    "regional_decide_card(p_card uuid, p_decision text, p_reason text, p_fresh text)",
    "text",
    f"""
    DECLARE card regional_card; qualified boolean; together boolean; alone bigint;
    BEGIN
      IF NOT {CELL} OR {ACTOR_USER} IS NULL THEN {REFUSE} 'role_missing'; END IF;
      SELECT * INTO card FROM regional_card c WHERE c.public_id = p_card FOR UPDATE;
      IF NOT FOUND THEN {REFUSE} 'not_in_circle'; END IF;
      IF card.closed_at IS NOT NULL THEN {CONFLICT} 'closed'; END IF;
      IF card.locked_until > {NOW} AND card.locked_user_id <> {ACTOR_USER} THEN {CONFLICT} 'locked'; END IF;
      IF p_decision IN ('complement', 'escalade') THEN
        UPDATE regional_card SET state = p_decision, note = left(p_reason, 300), locked_until = NULL WHERE id = card.id;
        RETURN p_decision;
      END IF;
      SELECT bool_or(r.status = 'QUAL') INTO qualified FROM regional_regionalrecord r
      WHERE r.id IN (card.one_id, card.two_id);
      IF qualified AND card.first_user_id IS NULL THEN
        UPDATE regional_card SET state = 'seconde', first_decision = p_decision, first_by_id = {ACTOR_PRACTICE},
          first_user_id = {ACTOR_USER}, first_reason = p_reason, first_at = {NOW}, locked_until = NULL WHERE id = card.id;
        RETURN 'seconde';
      END IF;
      IF qualified THEN
        IF card.first_user_id = {ACTOR_USER} THEN {CONFLICT} 'same_reader'; END IF;
        IF card.first_decision <> p_decision THEN
          UPDATE regional_card SET state = 'escalade', locked_until = NULL, first_decision = '', first_by_id = NULL,
            first_user_id = NULL, first_reason = '', first_at = NULL,
            note = left('Avis contraires. Premier : ' || card.first_reason || ' Second : ' || p_reason, 300)
          WHERE id = card.id;
          RETURN 'escalade';
        END IF;
        UPDATE regional_card SET second_decision = p_decision, second_by_id = {ACTOR_PRACTICE},
          second_user_id = {ACTOR_USER}, second_reason = p_reason, second_at = {NOW} WHERE id = card.id;
      ELSE
        UPDATE regional_card SET first_decision = p_decision, first_by_id = {ACTOR_PRACTICE},
          first_user_id = {ACTOR_USER}, first_reason = p_reason, first_at = {NOW} WHERE id = card.id;
      END IF;
      together := card.two_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM regional_link a JOIN regional_link b ON b.person_id = a.person_id AND b.active
        WHERE a.active AND a.record_id = card.one_id AND b.record_id = card.two_id);
      IF card.shadow AND p_decision IN ('lier', 'distinct') THEN
        UPDATE regional_ruleset SET decided = decided + 1, confirmed = confirmed + (p_decision = 'lier')::int;
      END IF;
      IF p_decision = 'lier' AND card.two_id IS NOT NULL THEN
        {_CLOSE.format(state="CASE WHEN together THEN 'reglee' ELSE 'liee' END", now=NOW)}
        IF NOT together THEN
          PERFORM regional_merge(card.one_id, card.two_id, 'manuel', card.score, card.rule_version, card.terms, p_reason);
        END IF;
        RETURN CASE WHEN together THEN 'reglee' ELSE 'liee' END;
      END IF;
      IF p_decision = 'distinct' AND card.two_id IS NOT NULL THEN
        {_CLOSE.format(state="'distincte'", now=NOW)}
        IF together THEN
          PERFORM regional_split(ARRAY[card.two_id], p_fresh, p_reason);
        ELSE
          INSERT INTO regional_nonlink (public_id, one_id, two_id, reason, author_id, lifted_reason)
          VALUES (gen_random_uuid(), card.one_id, card.two_id, p_reason, {ACTOR_PRACTICE}, '') ON CONFLICT DO NOTHING;
        END IF;
        RETURN 'distincte';
      END IF;
      IF p_decision = 'distinct' AND card.queue = 'separations' THEN
        {_CLOSE.format(state="'distincte'", now=NOW)}
        PERFORM regional_split(ARRAY[card.one_id], p_fresh, p_reason);
        RETURN 'distincte';
      END IF;
      IF p_decision <> 'regler' OR card.queue IN ('candidats', 'doublons', 'homonymes') THEN {CONFLICT} 'impossible'; END IF;
      {_CLOSE.format(state="'reglee'", now=NOW)}
      RETURN 'reglee';
    END
    """,
    language="plpgsql",
)

# The cell links two records of its own accord (A24): a card is opened at need, and decided like any other.
CARD_OF_PAIR = rls.definer_function(
    "regional_card_of_pair(p_public uuid, p_one uuid, p_two uuid)",
    "uuid",
    f"""
    DECLARE one bigint; two bigint; found uuid;
    BEGIN
      IF NOT {CELL} THEN {REFUSE} 'role_missing'; END IF;
      SELECT min(r.id), max(r.id) INTO one, two FROM regional_regionalrecord r
      WHERE r.public_id IN (p_one, p_two) AND r.active;
      IF one IS NULL OR one = two THEN {ABSENT} 'record'; END IF;
      IF EXISTS (SELECT 1 FROM regional_nonlink n WHERE n.one_id = one AND n.two_id = two AND n.lifted_at IS NULL) THEN
        {CONFLICT} 'non_link';
      END IF;
      IF EXISTS (SELECT 1 FROM regional_link a JOIN regional_link b ON b.person_id = a.person_id AND b.active
          WHERE a.active AND a.record_id = one AND b.record_id = two) THEN {CONFLICT} 'together'; END IF;
      SELECT c.public_id INTO found FROM regional_card c WHERE c.closed_at IS NULL AND c.one_id = one AND c.two_id = two
        AND c.queue IN ('candidats', 'doublons', 'homonymes') LIMIT 1;
      IF found IS NOT NULL THEN RETURN found; END IF;
      INSERT INTO regional_card (public_id, queue, one_id, two_id, score, match_class, shadow, twin_risk, vetoes, terms,
        rule_version, note, state, due_at, first_decision, first_reason, second_decision, second_reason)
      VALUES (p_public, 'candidats', one, two, 0, 'B', false, false, '{{}}', '[]', '', 'Demandée par la cellule', 'ouverte',
        {NOW} + (SELECT s.review_days FROM regional_ruleset s) * interval '1 day', '', '', '', '');
      RETURN p_public;
    END
    """,
    language="plpgsql",
)

ALL = (OPEN_CARDS, ASK_LINK, ASK_UNLINK, LOCK_CARD, DECIDE_CARD, CARD_OF_PAIR)
