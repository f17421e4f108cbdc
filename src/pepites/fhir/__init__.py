"""The FHIR R4 interface: one router, one registry, mappers over the domains (design §4)."""
