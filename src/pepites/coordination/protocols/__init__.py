"""Protocolised pathways: dated steps from an anchor, each one a task that nothing lets be forgotten (P14)."""
