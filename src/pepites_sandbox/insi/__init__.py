"""A simulator of the INSi teleservice: the same messages on the wire, invented persons, faults on demand."""
