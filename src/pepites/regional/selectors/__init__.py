"""Reading the regional server: what a domain may ask, and the cell's screens."""

from pepites.regional.database import UnknownLocalId
from pepites.regional.selectors.references import cross_references, domain_by_system, find_records, match_traits

__all__ = ["UnknownLocalId", "cross_references", "domain_by_system", "find_records", "match_traits"]
