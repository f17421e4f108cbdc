"""Client of the INSi teleservice (SEL-MP-043): SOAP 1.2, WS-Addressing, mutual TLS; holds ``identity.ports``."""
