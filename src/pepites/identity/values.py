"""The values of an identity, gathered for the rest of the code."""

from pepites.identity.dates import (
    DateError,
    PartialDate,
    Precision,
    is_missing_date,
    parse_birth_date,
)
from pepites.identity.ins import OID_DEMO, OID_NIA, OID_NIR, OID_TEST, InsNumber
from pepites.identity.normalisation import (
    MAX_NAME_LENGTH,
    UNKNOWN_PLACE,
    TraitError,
    first_given_name,
    first_name_consistent,
    ins_key,
    is_place_code,
    strict_birth_name,
    strict_given_name,
    strict_ins,
)
from pepites.identity.traits import AliasValue, IdentityTraits

__all__ = [
    "MAX_NAME_LENGTH",
    "OID_DEMO",
    "OID_NIA",
    "OID_NIR",
    "OID_TEST",
    "UNKNOWN_PLACE",
    "AliasValue",
    "DateError",
    "IdentityTraits",
    "InsNumber",
    "PartialDate",
    "Precision",
    "TraitError",
    "first_given_name",
    "first_name_consistent",
    "ins_key",
    "is_missing_date",
    "is_place_code",
    "parse_birth_date",
    "strict_birth_name",
    "strict_given_name",
    "strict_ins",
]
