"""Run as the owner of a measured base: one network, and five years of work to count."""

import json
import sys

import django

TABLES = (
    "coordination_pathway", "coordination_liaisonnote", "coordination_task",
    "coordination_careplan", "coordination_planversion", "coordination_referral", "coordination_protocolrun",
    "coordination_protocolstep", "assessments_assessment",
)  # fmt: skip

# Everything hangs on the day the pathway opened: about a person in four has left, a person in three has no plan.
HISTORY = """
UPDATE coordination_pathway w SET opened_on = current_date - (w.id * 37 %% 1800)::int, pack_id = (
    SELECT max(k.id) FROM networks_networkpack k WHERE k.network_id = w.network_id AND k.state = 'publie'),
  commune_cog = (%(communes)s::text[])[1 + w.id %% array_length(%(communes)s::text[], 1)],
  status = CASE WHEN w.id %% 4 = 0 THEN 'clos' ELSE 'actif' END,
  closed_on = CASE WHEN w.id %% 4 = 0
    THEN least(current_date, current_date - (w.id * 37 %% 1800)::int + (30 + w.id * 13 %% 900)::int) END,
  closing_reason = CASE WHEN w.id %% 4 = 0
    THEN (ARRAY['objectif', 'refus', 'demenagement', 'deces', 'relais', 'perdu_de_vue'])[1 + w.id / 4 %% 6] ELSE '' END;
INSERT INTO coordination_liaisonnote (public_id, patient_id, type, emergency, text, html, level, author_id, version,
  status, retired_reason, created_at)
SELECT gen_random_uuid(), w.patient_id, 'OBS', false, 'Note', '<p>Note</p>', 3, 3, 1, 'active', '',
  least(now(), w.opened_on + make_interval(days => (k * 83 + w.id %% 70)::int)) FROM coordination_pathway w, generate_series(0, 5) k;
INSERT INTO coordination_task (public_id, patient_id, title, detail, kind, state, due_on, recurrence, owner_practice_id,
  owner_role, reason, created_at, ended_at)
SELECT gen_random_uuid(), w.patient_id, 'Visite', '', '', CASE WHEN done THEN 'faite' ELSE 'a_faire' END, made + 20, '', 3, '', '',
  made, CASE WHEN done THEN least(now(), made + make_interval(days => (10 + w.id * k %% 17)::int)) END
FROM coordination_pathway w, generate_series(1, 4) k,
  LATERAL (SELECT least(current_date - 5, w.opened_on + (k * 97)::int) AS made, (w.id + k) %% 7 > 0 AS done) s;
INSERT INTO coordination_careplan (public_id, patient_id, network_id, referent_id, state, revision, published, review_on, closed_reason)
SELECT gen_random_uuid(), patient_id, network_id, 3 + id %% 40, 'actif', 1, 1, opened_on + 200, ''
FROM coordination_pathway WHERE id %% 3 > 0;
INSERT INTO coordination_planversion (plan_id, patient_id, number, reason, review_on, referent, social_digest, full_digest,
  digest, author_id, published_at)
SELECT l.id, l.patient_id, 1, 'Mesure', l.review_on, '', '', '', '', 3, l.review_on - 180 FROM coordination_careplan l;
INSERT INTO coordination_referral (public_id, network_id, requester_kind, requester_name, requester_contact, patient_id,
  about_person, family_name, given_name, commune_cog, phone, motive, urgency, informed, questions, state, level, note,
  reason, answer, means, received_at, qualified_at, decided_at)
SELECT gen_random_uuid(), network_id, 'professionnel', 'Mesure', '', patient_id, true, '', '', '', '', 'Mesure', 'normale',
  true, '[]', 'acceptee', '', '', '', '', '', opened_on - (id %% 25)::int, opened_on - (id %% 25)::int + 2, opened_on
FROM coordination_pathway;
INSERT INTO coordination_protocolrun (public_id, patient_id, pathway_id, code, title, anchor, anchor_on, end_reason)
SELECT gen_random_uuid(), patient_id, id, 'mesure', 'Mesure', 'inclusion', opened_on, '' FROM coordination_pathway WHERE id %% 5 = 1;
INSERT INTO coordination_protocolstep (patient_id, run_id, task_id, code, form_code, offset_days, window_days, late_after)
SELECT r.patient_id, r.id, t.id, 'e' || t.id, '', 30, 7, t.due_on + 7
FROM coordination_protocolrun r JOIN coordination_task t ON t.patient_id = r.patient_id AND t.due_on IS NOT NULL;
INSERT INTO assessments_assessment (public_id, patient_id, form_version_id, author_id, level, state, answers, scores, alerts,
  authored_on, reason, version)
SELECT gen_random_uuid(), w.patient_id, v.ids[1 + (w.id + k) %% array_length(v.ids, 1)], 3, 3, 'terminee', '[]', '[]', '[]',
  least(current_date, w.opened_on + (k * 120)::int), '', 1
FROM coordination_pathway w, generate_series(1, 2) k, (SELECT array_agg(id) AS ids FROM assessments_formversion) v;
"""


def main() -> None:
    """``python -m pepites.bench.prepare_figures PERSONS STAFF``: one JSON line on the standard output."""
    django.setup()
    from django.db import connection, transaction

    from pepites.bench.data import COORDINATOR, PERSONS, STAFF, WORK, disabled, load, statements
    from pepites.bench.prepare import session_of
    from pepites.common.clock import today
    from pepites.coordination.figures.drawing import TOWNS
    from pepites.networks.services import ensure_pilot_networks

    ensure_pilot_networks()
    with transaction.atomic():
        load(int(sys.argv[1]), int(sys.argv[2]), scripts=(STAFF, PERSONS, WORK), networks=1)
        with disabled(TABLES), connection.cursor() as cursor:
            for statement in statements(HISTORY):
                cursor.execute(statement, {"communes": list(TOWNS)})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT id, slug FROM networks_network ORDER BY id LIMIT 1")
        network, slug = cursor.fetchone()
    facts = {
        "coordinator": session_of(COORDINATOR),
        "network": str(network),
        "slug": slug,
        "year": str(today().year),
    }
    print(json.dumps(facts))  # noqa: T201 - read by the parent process


if __name__ == "__main__":
    main()
