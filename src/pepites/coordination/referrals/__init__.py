"""Demandes: what comes in to a network or a structure, sorted, answered, its delays measured (P1, P2)."""
