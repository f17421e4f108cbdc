"""Reading a network's *file active*: from bytes to checked rows, without touching the database."""
