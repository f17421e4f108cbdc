"""Network packs: everything that differs from one care network to another, as data (coordination P16, ADR 0027)."""
