"""Set-based load of a measured base: invented persons, straight into the tables, triggers off. Never on a real base."""

from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

SURNAMES = [a + b + c for a in ("BEL", "CAR", "DOR", "FLO", "GRA", "KOU", "LAM", "MAI", "PAL", "TIL", "SAI", "ROB")
            for b in ("A", "E", "I", "O") for c in ("MOND", "TAREL", "VILIEN", "POUTI", "DELA", "RINE", "SISI", "WANA")]  # fmt: skip
GIVEN = [
    a + b
    for a in ("MAR", "JOS", "ROS", "KAL", "ED", "FRAN", "WIL", "NAT")
    for b in ("IA", "ETTE", "IE", "ELINE", "SON", "ITA")
]
TABLES = (
    "patients_patient", "identity_domainidentity", "coordination_pathway", "coordination_careteammember",
    "coordination_liaisonnote", "coordination_task", "messaging_message",
)  # fmt: skip
COORDINATOR, NURSE = 1, 2
NURSE_PERSONS = 250

STAFF = """
INSERT INTO directory_organization (id, public_id, name, sort_key, kind, commune_cog, active)
SELECT i, gen_random_uuid(), 'Structure ' || i, 'STRUCTURE ' || i, 'cabinet', '97302', true
FROM generate_series(1, %(staff)s / 20 + 2) i;
INSERT INTO directory_professional (id, public_id, rpps, family_name, given_name, civility, sort_key, profession_code,
  profession_label, category, active)
SELECT i, gen_random_uuid(), '9' || lpad(i::text, 10, '0'), 'Mesure' || i, 'Ana', '', 'MESURE' || i, '60', 'Infirmier',
  'sante', true FROM generate_series(1, %(staff)s) i;
INSERT INTO directory_practitionerrole (id, public_id, professional_id, organization_id, role_code, role_label,
  identity_cell)
SELECT i, gen_random_uuid(), i, i / 20 + 1, 'ide', 'Infirmière', false FROM generate_series(1, %(staff)s) i;
INSERT INTO accounts_user (id, public_id, login, email, password, professional_id, platform_admin, is_active, demo,
  demo_note)
SELECT i, gen_random_uuid(), 'mesure' || i, '', '!', i, false, true, false, '' FROM generate_series(1, %(staff)s) i;
INSERT INTO networks_networkmembership (network_id, practice_id, role) SELECT min(id), 1, 'coordination' FROM networks_network;
"""

PERSONS = """
INSERT INTO patients_patient (id, public_id, regional_id, birth_name, first_given_name, used_name, used_given_name,
  birth_date, birth_date_interpreted, sex, identity_status, identity_flags, sort_key, search_text, phone_keys,
  commune_cog, language, interpreter, protected_minor, protected_adult, active)
SELECT i, gen_random_uuid(), 'GF' || lpad(i::text, 11, '0'), s.name, g.name, '', '',
  date '1930-01-01' + (i * 37 %% 34000), false, CASE WHEN i %% 2 = 0 THEN 'F' ELSE 'M' END, 'PROV', '',
  s.name || ' ' || g.name || lpad(i::text, 7, '0'), s.name || ' ' || g.name, lpad((i * 7 %% 100000000)::text, 8, '0'),
  '97302', '', false, false, false, true
FROM generate_series(1, %(persons)s) i
JOIN LATERAL (SELECT (%(surnames)s::text[])[1 + ((i::bigint * 7919) %% %(surname_count)s)::int] AS name) s ON true
JOIN LATERAL (SELECT (%(given)s::text[])[1 + ((i::bigint * 104729) %% %(given_count)s)::int] AS name) g ON true;
INSERT INTO identity_domainidentity (public_id, patient_id, patient_public_id, domain, version, active, birth_name,
  birth_name_typed, first_given_name, given_names, given_names_typed, birth_date, birth_date_precision,
  birth_date_interpreted, sex, birth_place_cog, birth_place_label, used_name, used_given_name, mother_name,
  multiple_birth, address, commune_cog, status, homonym, doubtful, fictitious, hidden, change_reason)
SELECT gen_random_uuid(), id, public_id, 'PEPITES', 1, true, birth_name, birth_name, first_given_name,
  first_given_name, first_given_name, birth_date, 'JOUR', false, sex, '97302', '', '', '', '', false, '', '97302',
  'PROV', '', false, false, false, '' FROM patients_patient;
INSERT INTO access_networkpatient (network_id, patient_id)
SELECT n.id, p.id FROM patients_patient p
JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS rank FROM networks_network) n ON n.rank = p.id %% %(networks)s;
INSERT INTO coordination_pathway (public_id, patient_id, person_id, network_id, status, opened_on, closing_reason, comment,
  sort_key, birth_date, commune_cog, search_text)
SELECT gen_random_uuid(), e.patient_id, e.patient_id, e.network_id, 'actif', date '2026-01-01', '', '', p.sort_key, p.birth_date,
  p.commune_cog, p.search_text || ' ' || p.phone_keys
FROM access_networkpatient e JOIN patients_patient p ON p.id = e.patient_id;
INSERT INTO access_accessgrant (patient_id, practice_id, level, offered_level, basis, regime, accepted_at)
SELECT DISTINCT patient, practice, 3, 3, 'cercle', 'equipe', now() FROM (
  SELECT i AS patient, 3 + (i * 13 + k * 17) %% (%(staff)s - 2) AS practice
  FROM generate_series(1, %(persons)s) i, generate_series(1, 4) k
  UNION SELECT 1 + (j * (%(persons)s / %(nurse_persons)s)) %% %(persons)s, 2 FROM generate_series(1, %(nurse_persons)s) j
) g;
INSERT INTO coordination_careteammember (public_id, patient_id, practice_id, role, level, regime, status, attending,
  message, answered_at, end_reason)
SELECT gen_random_uuid(), patient_id, practice_id, 'infirmier', 3, 'equipe', 'actif', false, '', now() - make_interval(days => (id %% 1500)::int), ''
FROM access_accessgrant;
"""

WORK = """
INSERT INTO coordination_liaisonnote (public_id, patient_id, type, emergency, text, html, level, author_id, version,
  status, retired_reason)
SELECT gen_random_uuid(), i, 'OBS', false, 'Note de mesure', '<p>Note de mesure</p>', 3, 3, 1, 'active', ''
FROM generate_series(1, %(persons)s) i, generate_series(1, 2);
INSERT INTO coordination_filentry (patient_id, kind, level, author_id, object_id, title, html, urgent, at)
SELECT n.patient_id, 'note', 3, 3, n.public_id, 'Observation', '<p>Note de mesure, invented for the bench.</p>', false,
  now() - make_interval(hours => (n.id %% 900)::int)
FROM coordination_liaisonnote n;
INSERT INTO coordination_filentry (patient_id, kind, level, author_id, title, html, urgent, at)
SELECT i, 'parcours', 2, 3, 'Inclusion dans le réseau', '', false, now() - interval '60 days'
FROM generate_series(1, %(persons)s) i;
INSERT INTO coordination_task (public_id, patient_id, title, detail, kind, state, due_on, recurrence, owner_practice_id,
  owner_role, reason)
SELECT gen_random_uuid(), i, 'Visite', '', '', 'a_faire', current_date + (i %% 40) - 10, '', 3, '', ''
FROM generate_series(1, %(persons)s, 3) i;
INSERT INTO coordination_patientactivity (patient_id, last_contact_at, last_contact_label)
SELECT i, now() - make_interval(hours => i %% 2000), 'Note' FROM generate_series(1, %(persons)s) i;
"""

TALKS = """
INSERT INTO messaging_conversation (public_id, patient_id, kind, title, created_by_id, last_seq, last_message_at)
SELECT gen_random_uuid(), i, 'circle', '', 1, 12, now() - make_interval(mins => i %% 5000)
FROM generate_series(3, %(persons)s, 9) i;
INSERT INTO messaging_conversationparticipant (conversation_id, patient_id, practice_id, visible_from, last_read_seq)
SELECT c.id, c.patient_id, g.practice_id, now() - interval '90 days', CASE WHEN c.id %% 4 = 0 THEN 8 ELSE 12 END
FROM messaging_conversation c JOIN access_accessgrant g ON g.patient_id = c.patient_id;
INSERT INTO messaging_conversationparticipant (conversation_id, patient_id, practice_id, visible_from, last_read_seq)
SELECT c.id, c.patient_id, 1, now() - interval '90 days', 12 FROM messaging_conversation c
JOIN access_networkpatient e ON e.patient_id = c.patient_id AND e.network_id = (SELECT min(id) FROM networks_network)
WHERE c.id <= 600;
INSERT INTO messaging_message (public_id, conversation_id, patient_id, seq, author_id, author_user_id, text, html,
  search_text, created_at)
SELECT gen_random_uuid(), c.id, c.patient_id, k, 3, 3, 'Message de mesure', '<p>Message de mesure</p>',
  'MESSAGE DE MESURE', now() - make_interval(mins => 600 - k * 5)
FROM messaging_conversation c, generate_series(1, 12) k;
"""

SEQUENCES = "SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT coalesce(max(id), 1) FROM {table}))"
WITH_IDS = (
    "directory_organization", "directory_professional", "directory_practitionerrole", "accounts_user", "patients_patient",
)  # fmt: skip


def load(
    persons: int, staff: int, *, scripts: Sequence[str] = (STAFF, PERSONS, WORK, TALKS), networks: int = 3
) -> None:
    """Fill an empty prepared base with ``persons`` followed persons and ``staff`` professionals, as its owner."""
    values: dict[str, Any] = {
        "persons": persons, "staff": staff, "nurse_persons": min(NURSE_PERSONS, persons // 4), "surnames": SURNAMES,
        "surname_count": len(SURNAMES), "given": GIVEN, "given_count": len(GIVEN),
        "networks": networks,
    }  # fmt: skip
    with connection.cursor() as cursor:
        with disabled(TABLES):
            for script in scripts:
                for statement in statements(script):
                    cursor.execute(statement, values)
        for table in WITH_IDS:
            cursor.execute(SEQUENCES.format(table=table), [table])
        cursor.execute("ANALYZE")


@contextmanager
def disabled(tables: Sequence[str]) -> Generator[None]:
    """The triggers of these tables kept still for the length of a block."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def statements(script: str) -> Iterable[str]:
    """The statements of a script, one by one."""
    return (part for part in script.split(";\n") if part.strip())
