"""Reading identities: the band, likely doubles, the identity page, the worklist."""

from pepites.identity.selectors.band import Band, band, identity_band
from pepites.identity.selectors.doubles import likely_doubles
from pepites.identity.selectors.known import Candidate

__all__ = ["Band", "Candidate", "band", "identity_band", "likely_doubles"]
