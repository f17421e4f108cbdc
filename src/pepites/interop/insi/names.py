"""Names of the teleservice's contract (§3.3)."""

from typing import Final

SOAP: Final = "http://www.w3.org/2003/05/soap-envelope"
WSA: Final = "http://www.w3.org/2005/08/addressing"
CONTEXT_BAM: Final = "urn:siram:bam:ctxbam"
CONTEXT_LPS: Final = "urn:siram:lps:ctxlps"
SEARCH: Final = "http://www.cnamts.fr/INSiRecSans"
ACTION: Final = "urn:ServiceIdentiteCertifiee:1.0.0:"
SEARCH_ACTION: Final = "rechercherInsAvecTraitsIdentite"
