"""Policies of the tables of imports."""

from pepites.access.sql import section_table
from pepites.common import rls
from pepites.common.rls import ACTOR_USER
from pepites.identity.functions import RUN_NETWORKS

_MINE = f"network_id = ANY({RUN_NETWORKS})"
_RUN = "coordination_importrun"

ALL = (
    section_table("coordination_localidentifier", read=1, privileges=("SELECT",)),
    rls.enable(_RUN),
    rls.grant(_RUN, "SELECT", "INSERT", "UPDATE"),
    rls.policy(_RUN, "run_read", "SELECT", using=_MINE),
    rls.policy(_RUN, "run_add", "INSERT", check=f"{_MINE} AND user_id = {ACTOR_USER}"),
    rls.policy(_RUN, "run_change", "UPDATE", using=_MINE, check=_MINE),
)
