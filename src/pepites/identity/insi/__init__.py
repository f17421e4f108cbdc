"""The INS of an identity and what the INSi teleservice answered: tables, their guards, their sealing."""
