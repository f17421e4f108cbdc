"""HL7 v2.5 over MLLP, IHE PAM France profile (identite-ins §4.2): a listener, off by default."""
