"""A stored identity as the values the rules compare."""

from pepites.identity.dates import PartialDate, Precision
from pepites.identity.models import DomainIdentity
from pepites.identity.traits import IdentityTraits


def traits_of(identity: DomainIdentity) -> IdentityTraits:
    """The stored traits, as a value."""
    return IdentityTraits(
        birth_name=identity.birth_name,
        first_given_name=identity.first_given_name,
        given_names=identity.given_names,
        birth_date=PartialDate(
            identity.birth_date,
            Precision(identity.birth_date_precision),
            interpreted=identity.birth_date_interpreted,
        ),
        sex=identity.sex,
        birth_place_cog=identity.birth_place_cog,
        birth_name_typed=identity.birth_name_typed,
        given_names_typed=identity.given_names_typed,
        used_name=identity.used_name,
        used_given_name=identity.used_given_name,
        birth_place_label=identity.birth_place_label,
        mother_name=identity.mother_name,
        multiple_birth=identity.multiple_birth,
        address=identity.address,
    )
