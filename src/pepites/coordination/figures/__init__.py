"""The figures of a network: what is counted, what is hidden, the screens, the files, the report (coordination P12)."""
