"""From the domains to FHIR and back, a module by resource."""
