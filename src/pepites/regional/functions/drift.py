"""What may drift: empty traits by domain, values too often the same, pairs that share an INS. For the job alone."""

from pepites.common import rls
from pepites.identity.functions import CELL
from pepites.identity.packed import PREFIX

# Times a value comes back before it looks invented; a date, also one identity in two hundred of the domain.
PHONE, DATE, IDENTITY = 30, 50, 5
KEPT = 20


SHARES = rls.worker_only(
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

REPEATED = rls.worker_only(
    rls.definer_function(
        "regional_drift_repeated()",
        "TABLE (kind text, code text, value text, times bigint)",
        f"""
    (SELECT 'telephone', d.code::text, right(regexp_replace(p.phone, '[^0-9]', '', 'g'), 8), count(*)
     FROM regional_regionalrecord r JOIN regional_domain d ON d.id = r.domain_id
     CROSS JOIN LATERAL unnest(r.phones) AS p(phone) WHERE r.active GROUP BY 2, 3 HAVING count(*) > {PHONE}
     ORDER BY 4 DESC LIMIT {KEPT})
    UNION ALL
    (SELECT 'date', d.code::text, to_char(b.birth_date, 'DD/MM/YYYY'), b.times FROM (
       SELECT r.domain_id, r.birth_date, count(*) AS times, sum(count(*)) OVER (PARTITION BY r.domain_id) AS size
       FROM regional_regionalrecord r WHERE r.active GROUP BY 1, 2) b JOIN regional_domain d ON d.id = b.domain_id
     WHERE b.times > greatest({DATE}, b.size / 200) AND to_char(b.birth_date, 'MMDD') NOT IN ('0101', '1231')
     ORDER BY 4 DESC LIMIT {KEPT})
    UNION ALL
    (SELECT 'identite', d.code::text, i.birth_name || ' ' || i.first_given_name || ' ' || to_char(i.birth_date, 'DD/MM/YYYY'),
       i.times FROM (SELECT r.domain_id, r.birth_name, r.first_given_name, r.birth_date, count(*) AS times
       FROM regional_regionalrecord r WHERE r.active GROUP BY 1, 2, 3, 4 HAVING count(*) > {IDENTITY}) i
     JOIN regional_domain d ON d.id = i.domain_id ORDER BY 4 DESC LIMIT {KEPT})
    """,
        volatile="STABLE",
    )
)

# Two domains, one qualified INS: the same person, whatever the traits say. Drawn by a hash, the same ones each week.
PAIRS = rls.worker_only(
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
