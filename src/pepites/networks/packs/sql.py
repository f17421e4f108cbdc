"""Privileges on packs: everybody reads what is published; a draft is its network's administrators'."""

from pepites.common import rls
from pepites.common.rls import ACTOR_USER, TRUSTED, WEB, WORKER

TABLE = "networks_networkpack"
COLUMNS = "sections, note, state, revision, edited_by, edited_at, published_by, published_at"
_DRAFT = f"{TABLE}.state = 'brouillon' AND networks_may_administer({TABLE}.network_id)"

CREATE = rls.definer_function(
    "networks_create(p_slug text, p_name text, p_short text, p_colour integer, p_word text)",
    "bigint",
    f"""
    DECLARE made bigint;
    BEGIN
      IF NOT {TRUSTED} AND NOT EXISTS (
          SELECT 1 FROM accounts_user u WHERE u.id = {ACTOR_USER} AND u.platform_admin AND u.is_active) THEN
        RAISE EXCEPTION USING ERRCODE = 'PE403', MESSAGE = 'role_missing';
      END IF;
      INSERT INTO networks_network (public_id, slug, name, short_name, colour, person_word, settings, active)
      VALUES (gen_random_uuid(), p_slug, p_name, p_short, p_colour, p_word, '{{}}', true) RETURNING id INTO made;
      RETURN made;
    END
    """,
    language="plpgsql",
)

ALL = "\n".join(
    [
        CREATE,
        rls.enable(TABLE),
        rls.grant(TABLE, "SELECT", "INSERT", "DELETE", to=(WEB,)),
        f"GRANT UPDATE ({COLUMNS}) ON {TABLE} TO {WEB};",
        rls.grant(TABLE, "SELECT", to=(WORKER,)),
        rls.policy(
            TABLE,
            "pack_read",
            "SELECT",
            using=f"{TABLE}.state = 'publie' OR networks_may_administer({TABLE}.network_id)",
        ),
        rls.policy(TABLE, "pack_prepare", "INSERT", check=f"{_DRAFT} AND {TABLE}.edited_by = {ACTOR_USER}", to=(WEB,)),
        rls.policy(
            TABLE,
            "pack_change",
            "UPDATE",
            using=_DRAFT,
            to=(WEB,),
            check=f"({_DRAFT}) OR ({TABLE}.published_by = {ACTOR_USER} AND networks_may_administer({TABLE}.network_id))",
        ),
        rls.policy(TABLE, "pack_abandon", "DELETE", using=_DRAFT, to=(WEB,)),
    ]
)
