"""The wire of the national services and of the partners: clients that hold the ports of the domains (design, law 8)."""
