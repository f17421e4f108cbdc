"""What must be true of the base after any kill. Each check returns sentences, one a fault; none is what is wanted."""

from collections import Counter
from pathlib import Path
from typing import Any

import psycopg
from tests.resilience.writers import Sent

Base = psycopg.Connection[Any]

_WHOLE = {
    "numéros à trous ou doublés dans une discussion": """
        SELECT c.id FROM messaging_conversation c LEFT JOIN messaging_message m ON m.conversation_id = c.id
        GROUP BY c.id HAVING count(m.id) <> c.last_seq OR coalesce(max(m.seq), 0) <> c.last_seq
            OR count(DISTINCT m.seq) <> c.last_seq""",
    "message sans son événement, ou avec deux": """
        SELECT m.id FROM messaging_message m LEFT JOIN messaging_conversationevent e
            ON e.message_id = m.id AND e.kind = 'message'
        GROUP BY m.id HAVING count(e.id) <> 1""",
    "message sans sa ligne au journal, ou avec deux": """
        SELECT m.id FROM messaging_message m LEFT JOIN audit_entry a
            ON a.code = 'messaging.message.posted' AND a.object_id = m.public_id::text
        WHERE m.kind = 'text' GROUP BY m.id HAVING count(a.id) <> 1""",
    "message urgent sans sa relance": """
        SELECT m.id FROM messaging_message m
        LEFT JOIN procrastinate_jobs j ON (j.args->>'message_id')::bigint = m.id
        WHERE m.urgent AND m.kind = 'text' AND m.escalated_at IS NULL GROUP BY m.id HAVING count(j.id) <> 1""",
    "relance écrite deux fois, ou à moitié": """
        SELECT m.id FROM messaging_message m LEFT JOIN audit_entry a
            ON a.code = 'messaging.urgent.escalated' AND a.object_id = m.public_id::text
        GROUP BY m.id HAVING count(a.id) <> (m.escalated_at IS NOT NULL)::int""",
    "note sans sa ligne au journal, ou avec deux": """
        SELECT n.id FROM coordination_liaisonnote n LEFT JOIN audit_entry a
            ON a.code = 'coordination.note.added' AND a.object_id = n.public_id::text
        WHERE n.text LIKE 'Note %' GROUP BY n.id HAVING count(a.id) <> 1""",
    "note absente du fil, ou deux fois": """
        SELECT n.id FROM coordination_liaisonnote n LEFT JOIN coordination_filentry f
            ON f.kind = 'note' AND f.object_id = n.public_id
        WHERE n.text LIKE 'Note %' GROUP BY n.id HAVING count(f.id) <> 1""",
    "tâche dont les lignes au journal ne vont pas avec l'état": """
        SELECT t.id FROM coordination_task t LEFT JOIN audit_entry a ON a.object_id = t.public_id::text
            AND a.code IN ('coordination.task.created', 'coordination.task.done')
        WHERE t.title LIKE 'Tâche %' GROUP BY t.id HAVING count(a.id) <> 1 + (t.state = 'faite')::int""",
    "clé d'envoi sans résultat": "SELECT id FROM audit_idempotencyrecord WHERE result = '{}'::jsonb",
    "personne importée sans son parcours, son identité ou son numéro": """
        SELECT l.patient_id FROM coordination_localidentifier l
        WHERE (SELECT count(*) FROM coordination_pathway p
               WHERE p.patient_id = l.patient_id AND p.network_id = l.network_id) <> 1
           OR (SELECT count(*) FROM identity_domainidentity i WHERE i.patient_id = l.patient_id) <> 1""",
    "numéro de dossier donné à deux personnes": """
        SELECT min(id) FROM coordination_localidentifier GROUP BY network_id, value HAVING count(*) > 1""",
    "lot d'import à moitié écrit": """
        SELECT batches.told FROM
            (SELECT coalesce(sum((detail->>'cree')::int), 0) AS told FROM audit_entry
             WHERE code = 'coordination.import.batch') batches,
            (SELECT count(*) AS made FROM coordination_localidentifier) persons
        WHERE batches.told <> persons.made""",
}


def broken_wholes(base: Base) -> list[str]:
    """Acts present by half, doubled, or out of sequence, whether acknowledged or not; in one snapshot."""
    faults = []
    with base.transaction():
        base.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for what, query in _WHOLE.items():
            rows = base.execute(query.encode()).fetchall()
            faults += [f"{what} : {len(rows)}, dont {rows[0][0]}"] if rows else []
    return faults


_KEPT = {
    "message": "SELECT client_key::text FROM messaging_message WHERE client_key::text = ANY(%s)",
    "note": "SELECT substr(text, 6) FROM coordination_liaisonnote WHERE substr(text, 6) = ANY(%s)",
    "task": "SELECT substr(title, 7) FROM coordination_task WHERE substr(title, 7) = ANY(%s)",
    "tick": "SELECT substr(title, 7) FROM coordination_task WHERE state = 'faite' AND public_id::text = ANY(%s)",
}


def lost_or_doubled(base: Base, sent: list[Sent]) -> tuple[list[str], list[str]]:
    """The acknowledged writes that are not there, and those that are there more than once."""
    lost, doubled = [], []
    for kind, query in _KEPT.items():
        asked = [one.place if kind == "tick" else one.key for one in sent if one.kind == kind]
        found = Counter(str(row[0]) for row in base.execute(query.encode(), [asked]).fetchall())
        if kind == "tick":
            lost += [f"{kind} : {len(asked) - found.total()}"] if found.total() < len(asked) else []
            continue
        lost += [f"{kind} {key}" for key in asked if not found[key]]
        doubled += [f"{kind} {key}" for key, times in found.items() if times > 1]
    return lost, doubled


def changed_answers(base: Base, sent: list[Sent]) -> list[str]:
    """Messages that are not where, or what, their acknowledgement said."""
    rows = base.execute(
        "SELECT m.public_id::text, c.public_id::text, m.seq, m.text, m.urgent FROM messaging_message m"
        " JOIN messaging_conversation c ON c.id = m.conversation_id WHERE m.client_key IS NOT NULL"
    ).fetchall()
    kept = {row[0]: row[1:] for row in rows}
    told = {one.public_id: (one.place, one.seq, one.text, one.urgent) for one in sent if one.kind == "message"}
    return [public_id for public_id, said in told.items() if kept.get(public_id) != said]


def damaged_files(base: Base, store: Path, sent: list[Sent]) -> list[str]:
    """Attachments whose file is missing or is not what the row says, or what was sent."""
    from hashlib import sha256

    rows = base.execute(
        "SELECT a.blob, a.sha256, m.client_key::text FROM messaging_attachment a"
        " JOIN messaging_message m ON m.id = a.message_id"
    ).fetchall()
    faults = []
    for blob, digest, _ in rows:
        path = store / blob[:2] / blob
        if not path.is_file() or sha256(path.read_bytes()).hexdigest() != digest:
            faults.append(f"fichier {blob[:8]} absent ou abîmé")
    kept = Counter((key, digest) for _, digest, key in rows)
    wanted = [(one.key, one.sha256) for one in sent if one.sha256]
    return faults + [f"pièce du message {key}" for key, digest in wanted if kept[(key, digest)] != 1]


def left_open(base: Base) -> list[str]:
    """Sessions that hold a transaction open while nobody works."""
    rows = base.execute(
        "SELECT usename, state FROM pg_stat_activity"
        " WHERE state LIKE 'idle in transaction%' AND pid <> pg_backend_pid()"
    ).fetchall()
    return [f"{user} {state}" for user, state in rows]


def forgotten_jobs(base: Base) -> list[str]:
    """Urgent messages that nobody was told of yet, with where their job stands."""
    rows = base.execute(
        "SELECT m.id, j.status::text, j.attempts FROM messaging_message m"
        " LEFT JOIN procrastinate_jobs j ON (j.args->>'message_id')::bigint = m.id"
        " WHERE m.urgent AND m.kind = 'text' AND m.escalated_at IS NULL"
    ).fetchall()
    return [f"message {row[0]} : tâche {row[1]} après {row[2]} essais" for row in rows]
