"""What may drift: empty traits by domain, values too often the same, pairs that share an INS. For the job alone."""

from pepites.common import rls
from pepites.identity.functions import CELL
from pepites.identity.packed import PREFIX

# Times a value comes back before it looks invented; a date, also one identity in two hundred of the domain.
PHONE, DATE, IDENTITY = 30, 50, 5
KEPT = 20


def _for_job(sql: str) -> str:
    return sql.replace(f"TO {rls.WEB}, {rls.WORKER};", f"TO {rls.WORKER};")


SHARES = _for_job(
    rls.definer_function(
        "regional_drift_shares()",
        "TABLE (code text, total bigint, place bigint, mother bigint, phone bigint, commune bigint, weak bigint)",
        """
    SELECT d.code::text, count(*), count(*) FILTER (WHERE r.birth_place_cog = '99999'),
      count(*) FILTER (WHERE r.mother_name = ''), count(*) FILTER (WHERE r.phones = '{}'),
      count(*) FILTER (WHERE r.commune_cog = ''),
      count(*) FILTER (WHERE r.birth_date_interpreted OR to_char(r.birth_date, 'MMDD') IN ('0101', '1231'))
    FROM regional_regionalrecord r JOIN regional_domain d ON d.id = r.domain_id WHERE r.active GROUP BY d.code ORDER BY 1
    """,
        volatile="STABLE",
    )
)

REPEATED = _for_job(
    rls.definer_function(
        "regional_drift_repeated()",
        "TABLE (kind text, code text, value text, times bigint)",
        f"""
    WITH alive AS (
      SELECT r.*, d.code FROM regional_regionalrecord r JOIN regional_domain d ON d.id = r.domain_id WHERE r.active
    )
    (SELECT 'telephone', a.code::text, right(regexp_replace(p.phone, '[^0-9]', '', 'g'), 8), count(*)
     FROM alive a CROSS JOIN LATERAL unnest(a.phones) AS p(phone) GROUP BY 2, 3 HAVING count(*) > {PHONE}
     ORDER BY 4 DESC LIMIT {KEPT})
    UNION ALL
    (SELECT 'date', a.code::text, to_char(a.birth_date, 'DD/MM/YYYY'), count(*) FROM alive a
     WHERE to_char(a.birth_date, 'MMDD') NOT IN ('0101', '1231') GROUP BY a.code, a.birth_date
     HAVING count(*) > greatest({DATE}, (SELECT count(*) FROM alive b WHERE b.code = a.code) / 200)
     ORDER BY 4 DESC LIMIT {KEPT})
    UNION ALL
    (SELECT 'identite', a.code::text, a.birth_name || ' ' || a.first_given_name || ' ' || to_char(a.birth_date, 'DD/MM/YYYY'),
       count(*)
     FROM alive a GROUP BY a.code, a.birth_name, a.first_given_name, a.birth_date HAVING count(*) > {IDENTITY}
     ORDER BY 4 DESC LIMIT {KEPT})
    """,
        volatile="STABLE",
    )
)

# Two domains, one qualified INS: the same person, whatever the traits say. Drawn by a hash, the same ones each week.
PAIRS = _for_job(
    rls.definer_function(
        "regional_drift_pairs(p_limit integer)",
        "TABLE (one text, other text)",
        f"""
    SELECT a.form, b.form FROM regional_regionalrecord a JOIN regional_regionalrecord b
      ON b.ins_matricule = a.ins_matricule AND b.ins_oid = a.ins_oid AND b.domain_id > a.domain_id
    WHERE a.ins_matricule <> '' AND a.active AND b.active AND a.status = 'QUAL' AND b.status = 'QUAL'
      AND starts_with(a.form, '{PREFIX}') AND starts_with(b.form, '{PREFIX}')
    ORDER BY hashint8(a.id) LIMIT least(p_limit, 20000)
    """,
        volatile="STABLE",
    )
)

ALL = (SHARES, REPEATED, PAIRS)
POLICIES = "\n".join(
    [
        rls.enable("regional_driftreport"),
        rls.grant("regional_driftreport", "SELECT", to=(rls.WEB,)),
        rls.policy("regional_driftreport", "cell_reads_drift", "SELECT", using=CELL, to=(rls.WEB,)),
        rls.policy("regional_driftreport", "job_keeps_drift", "ALL", using="true", check="true", to=(rls.WORKER,)),
        rls.grant("regional_driftreport", "SELECT", "INSERT", to=(rls.WORKER,)),
    ]
)
