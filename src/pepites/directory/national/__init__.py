"""The copy of the national health directory (annuaire §1 and §2): public facts, replaced load after load."""
