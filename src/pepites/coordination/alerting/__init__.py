"""Who is told of what happens around a person: kinds of notice, the network's rules, the roles (coordination P10)."""
