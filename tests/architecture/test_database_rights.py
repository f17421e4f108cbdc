"""Meta-test of the database's own rights: role × table × policy, with no hole (design, law 3; rgpd DB-01)."""

import re

import pytest
from django.db import connection
from tests.conftest import as_owner

pytestmark = pytest.mark.django_db

WEB_ROLES = ("pepites_web", "pepites_worker")

# Each passes over row-level security, so each is named here with its reason to exist.
DEFINER_FUNCTIONS = {
    "access_accept": "acceptance by the invited practice",
    "access_actor_level": "level of the actor on one person",
    "access_break_glass": "bris de glace",
    "access_create_patient": "creation with its first grant; called by identity only",
    "access_emergency_identity": "strict traits of one person, to ask for an emergency access",
    "access_emergency_queue": "emergency accesses to review, without anything of the file",
    "access_end": "end of an access",
    "access_enrol": "inclusion in a network by its coordination or administration",
    "access_follow_rights": "trigger: a right that changes is copied over merged files",
    "access_item_of_others": "whether another practice named readers of that item: nobody joins them by themselves",
    "access_leave_network": "exit from a network",
    "access_lift_opposition": "end of an opposition; the networks it had narrowed open again",
    "access_may_review": "whether the actor reviews the emergency accesses of a person",
    "access_offer": "offer of an access, by who holds the full level",
    "access_patient_id": "key of a person by public id, to trace a refusal",
    "access_person_set": "files of one person, by any of them",
    "access_refresh": "levels in force, computed from acceptance, consent and opposition",
    "access_review_emergency": "result of a review",
    "access_sharing_facts": "facts of the sharing decision for the actor and one person",
    "access_standing_level": "level of the actor without any bris de glace: who may change who reads",
    "access_trace": "who opened a file, for its circle",
    "accounts_number_once": "trigger: a national identifier is given once, a professional by its number only",
    "accounts_rpps_proved": "trigger: a professional without a number gets the one its account proved",
    "accounts_rpps_from_enrolment": "RPPS+ line of a local account that the actor has approved; returns no row",
    "accounts_end_practice": "departure: a place of practice and its roles, by who manages the structure",
    "accounts_manages": "whether the actor looks after the people of a structure",
    "accounts_client_domain": "identification domain of the machine client that acts",
    "coordination_count": "size of a coordinated network's list, same conditions as its policy",
    "coordination_figures": "counts of a network for its dashboard, by who runs it or the region's cell; no name",
    "coordination_keep_figures": "the same counts, kept of a large network by the nightly job alone",
    "coordination_follow_enrolment": "trigger: an opposition narrows the pathway like its enrolment",
    "coordination_follow_merge": "trigger: a pathway is shown under the file that stays",
    "coordination_follow_person": "trigger: the pathway's copied columns follow the person row",
    "coordination_history_match": "persons that the lines of a takeover name, by who runs the network",
    "coordination_history_write": "history taken over, read-only once written, by who runs the network",
    "coordination_import_lines": "pathways of an import, by who runs the network",
    "coordination_import_organization": "structure that answers for an import",
    "coordination_open_pathway": "inclusion of a person the actor may not see yet",
    "coordination_plan_task_ended": "an action takes the state of its own task, whoever ticks it",
    "coordination_rows": "rows of a coordinated network's list, same conditions as its policy",
    "coordination_search": "name search in a coordinated network (LIKE is not leakproof)",
    "coordination_receive_referral": "the public form, where a network opens it: adds a demande, reads nothing",
    "coordination_hand_referral": "sends a demande elsewhere in its requester's name, by who decided so",
    "coordination_wall_of_property": "trigger: no care for a mandataire of the property alone",
    "coordination_touch": "last contact of a person",
    "agenda_busy": "hours when colleagues are busy, nothing else of their agenda",
    "agenda_feed": "hours of a calendar address, while its account and place stand",
    "agenda_feed_stands": "whether a calendar address still answers",
    "agenda_shares": "whether a practice is a colleague: same structure or network",
    "coordination_became_late": "tasks and steps that became late, for the job that tells it",
    "coordination_receive_movement": "a hospital movement, told by that domain's own machine",
    "coordination_team": "whom a notice about a person goes to, for who follows the person and for the jobs",
    "notifications_purge": "notices read long ago, for the nightly job",
    "notifications_waiting": "notices that wait for a mail, for the job that sends it",
    "directory_may_name_cell": "whether the actor may name the identity cell or the DPO",
    "identity_ask_merge": "merge of two files, or its demand, by the cell",
    "identity_card_traits": "traits of a card of the doubles' worklist",
    "identity_close_incident": "what was done about it",
    "identity_collision_other": "the second person's file, rows to sort listed",
    "identity_collision_state": "whether a file mixes two persons, for who may read it",
    "identity_count_attempt": "a creation compared counts as a search",
    "identity_create_patient": "creation, once the search before it is proved (RNIV-9)",
    "identity_decide_collision": "the same, decided by another, of the cell",
    "identity_decide_merge": "second reading of a merge, by another member of the cell",
    "identity_declare_collision": "two persons in a file, told by whoever writes in it",
    "identity_document_guard": "trigger: a document check is never rewritten",
    "identity_empty_ins": "trigger: the number leaves the active slot with the status (§2.1)",
    "training_close": "end of every way into a training copy, by who runs it, by anybody once its day is past",
    "training_enrol": "the files of a copy's fictional persons, by who runs it",
    "training_renew": "end of every right on the persons of a copy, before others are made, by who runs it",
    "training_staff": "an invented colleague of a copy, never somebody with an account, by who runs it",
    "training_wall_of_grants": "trigger: a person of a copy is read in it only; an invented colleague reads no other",
    "training_wall_of_networks": "trigger: nobody real enters a copy's network, nobody of a copy another one",
    "training_wall_of_referrals": "trigger: no demande goes into a copy or out of it",
    "training_open": "a network for training, by who administers the one it copies",
    "identity_frozen_among": "files of an import that mix two persons, for who may import",
    "identity_guard": "trigger: forbidden trait and status changes (RNIV-1)",
    "identity_import_persons": "creation in bulk by an import, by who runs the network",
    "identity_ins_guard": "trigger: no active number outside RECUP and QUAL; the same one on two persons is a double",
    "identity_ins_to_verify": "the number held by one identity, to verify it with INSi",
    "identity_insicall_guard": "trigger: an answer of INSi is decided once",
    "identity_match_candidates": "likely doubles of one identity under creation",
    "identity_match_many": "likely doubles of a batch under import",
    "identity_may_import": "whether the actor may import",
    "identity_merge_facts": "who would stay, and what forbids a merge, for the cell",
    "identity_merge_readers": "who opened a file through a merge alone, for the cell",
    "identity_open_card": "a card of the doubles' worklist",
    "identity_refuse_frozen": "trigger: a frozen file takes nothing new",
    "identity_search_before_create": "search before creation (law 11)",
    "identity_search_ins": "search by a complete INS, by its fingerprint (law 11)",
    "identity_search_number": "search by complete number (law 11)",
    "identity_set_blocks": "blocking keys of a person",
    "identity_settle_card": "decision on a card",
    "identity_settle_collision": "everything sorted, both files open again",
    "identity_sort_row": "whose a row is, by the cell",
    "identity_store_frequencies": "the count of names in force; the worker alone",
    "identity_store_ins": "the number of an identity, behind an answer accepted in the same transaction",
    "identity_sync_patient": "trigger: the person row follows its identity",
    "identity_tell_incident": "an identity adverse event, by the cell",
    "identity_undo_merge": "a merge undone, rows written meanwhile listed",
    "messaging_create": "a conversation and its participants",
    "messaging_guard_message": "trigger: what may change in a message, and its former text",
    "messaging_join": "a practice enters a conversation",
    "messaging_participates": "whether a practice takes part, without policy recursion",
    "messaging_quit": "a practice leaves a conversation",
    "messaging_rights_changed": "whoever lost every right leaves the talks; streams reload",
    "messaging_role_ended": "trigger: who no longer coordinates leaves the talks of the network",
    "messaging_subject": "person of a conversation or of a file, to trace a refusal",
    "messaging_unread": "unread counts of the actor",
    "messaging_waiting": "urgent messages not acknowledged, of the actor",
    "networks_act_withheld": "whether every network of the acting practice withholds an act from its role",
    "networks_create": "opens a network, for the platform's administrators",
    "networks_may_administer": "whether the actor administers a network",
    "networks_suspend_unconfirmed": "roles whose review is too late end; the nightly job alone",
    "regional_accesses": "readings made through a link, for the cell that undid it",
    "regional_always_linked": "trigger: an active record always has its link",
    "regional_ask_link": "a link asked by a domain, decided by the cell",
    "regional_ask_unlink": "a separation asked for",
    "regional_candidates": "likely records of a record fed in this transaction",
    "regional_card_of_pair": "card for two records named by the cell",
    "regional_cross_references": "cross-references by a domain's own number (ITI-83)",
    "regional_decide_card": "decision of the cell, four eyes when qualified",
    "regional_drift_pairs": "pairs that share an INS, for the weekly job",
    "regional_drift_repeated": "values too often the same, for the weekly job",
    "regional_drift_shares": "shares of empty traits by domain, for the weekly job",
    "regional_feed_pepites": "faithful copy of Pépites' own identities",
    "regional_find": "demographic query by complete criteria (STIC-10)",
    "regional_follow_person": "trigger: the person row shows its regional identifier",
    "regional_identifiers": "regional identifiers of records fed in this transaction",
    "regional_join": "link by the machine, over no contradiction",
    "regional_keep_forms": "those forms, stored; the worker alone",
    "regional_known": "answer to a domain about its own record",
    "regional_lift_non_link": "« two persons » lifted by the cell",
    "regional_lock_card": "a card taken by a reader",
    "regional_lost_ins": "linked qualified records of one that lost its INS",
    "regional_match": "candidates for traits nobody stored ($match)",
    "regional_merge_local": "merge of two numbers, by their domain (A40)",
    "regional_merge_pepites": "a merge made in Pépites, faithful to the person rows",
    "regional_names": "names of the whole region, counted by the worker at night",
    "regional_note_error": "refused messages of a domain, counted",
    "regional_open_cards": "cards for the cell",
    "regional_persons": "best traits of regional persons (STIC-3)",
    "regional_refuse_closed": "trigger: a server that was closed takes nothing",
    "regional_rename_local": "change of number, by its domain (A47)",
    "regional_separate_pepites": "the same, undone",
    "regional_set_domain": "a domain declared by the cell",
    "regional_store": "identities that a domain sends",
    "regional_subjects": "persons of Pépites among records, for their trace",
    "regional_take_figures": "counts of a day, for the nightly job",
    "regional_unformed": "records whose comparable forms the worker computes at night",
    "regional_unlink": "separation by the cell (STIC-9)",
    "regional_waiting_notices": "notices to the domains, for the job that sends them",
    "regional_withdraw": "removal by its domain (ITI-104)",
}


def rows(sql: str, *params: object) -> list[tuple]:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def patient_tables() -> list[str]:
    found = rows(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND (c.relname = 'patients_patient' OR EXISTS"
        " (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'patient_id' AND NOT a.attisdropped))"
    )
    return sorted(name for (name,) in found)


def test_roles_are_plain() -> None:
    found = rows(
        "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = ANY(%s)", list(WEB_ROLES)
    )
    assert sorted(found) == [(role, False, False, False) for role in sorted(WEB_ROLES)]


def test_web_and_worker_own_nothing() -> None:
    assert rows("SELECT relname FROM pg_class WHERE relowner = ANY(%s::regrole[])", list(WEB_ROLES)) == []


@pytest.mark.parametrize("command", ["DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"])
def test_no_patient_row_can_be_destroyed(command: str) -> None:
    held = [
        (table, role)
        for table in patient_tables()
        for role in WEB_ROLES
        if rows("SELECT has_table_privilege(%s, %s, %s)", role, table, command)[0][0]
    ]
    assert held == []


def test_every_table_about_a_person_is_under_row_level_security() -> None:
    unprotected = [
        table
        for table in patient_tables()
        if not rows("SELECT relrowsecurity FROM pg_class WHERE relname = %s", table)[0][0]
    ]
    assert unprotected == []


def test_each_privilege_on_a_table_about_a_person_has_its_policy() -> None:
    """A privilege without policy is dead; a policy that lets everything through (``true``) is a hole."""
    holes = []
    for table in patient_tables():
        policies = rows("SELECT cmd, qual, with_check, roles FROM pg_policies WHERE tablename = %s", table)
        for command in ("SELECT", "INSERT", "UPDATE"):
            held = rows("SELECT has_any_column_privilege('pepites_web', %s, %s)", table, command)[0][0]
            if held and not [row for row in policies if row[0] in (command, "ALL")]:
                holes.append((table, command, "privilege without policy"))
        for cmd, qual, check, roles in policies:
            open_to_web = any(role in str(roles) for role in ("public", "pepites_web"))
            for clause in (qual, check):
                if open_to_web and clause is not None and clause.strip("() ").lower() == "true":
                    holes.append((table, cmd, "policy open to all"))
            if cmd == "UPDATE" and (qual is None or check is None):
                holes.append((table, cmd, "UPDATE without both clauses"))
    assert holes == []


def test_an_empty_context_sees_no_row_anywhere() -> None:
    with connection.cursor() as cursor:
        for table in patient_tables():
            cursor.execute("SELECT has_table_privilege('pepites_web', %s, 'SELECT')", [table])
            if cursor.fetchone()[0]:
                cursor.execute(f'SELECT count(*) FROM "{table}"')
                assert cursor.fetchone()[0] == 0, table


def test_functions_that_pass_over_the_policies_are_known_and_closed() -> None:
    found = rows(
        "SELECT p.proname, pg_get_userbyid(p.proowner), array_to_string(p.proconfig, ','), p.proacl::text"
        " FROM pg_proc p"
        " JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'public' AND p.prosecdef"
    )
    assert {name for name, *_ in found} == set(DEFINER_FUNCTIONS)
    for name, owner, config, acl in found:
        assert owner == "pepites_owner", name
        assert re.search(r"search_path=pg_catalog, ?public, ?pg_temp", config or ""), name
        assert acl, f"{name} is open to everybody"
        assert not re.search(r"[{,]=X", acl), f"{name} is open to everybody"


def test_views_obey_their_reader() -> None:
    found = rows(
        "SELECT relname, array_to_string(reloptions, ',') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND relkind = 'v' AND pg_get_userbyid(relowner) = 'pepites_owner'"
    )
    assert [name for name, options in found if "security_invoker=true" not in (options or "")] == []


def test_composite_keys_exist() -> None:
    """``(patient_id, id)`` beside Django's own key, for partition and sharding (law 2)."""
    missing = [
        table
        for table in patient_tables()
        if table != "patients_patient"
        and not table.endswith("event")
        and not rows(
            "SELECT 1 FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'u' AND conname = %s",
            table,
            f"{table}_patient_key",
        )
    ]
    assert missing == []
