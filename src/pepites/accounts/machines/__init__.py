"""How a machine client proves itself: signed assertion, certificate, bearer token."""
