"""Carrying a structure's people into the national directory (RPPS+): contract, steps, e-CPS, departures (§4)."""
