"""Batch reconciliation of a file: DuckDB holds the rows, Splink blocks and compares, the model decides.

See rapprochement §4. Splink and DuckDB are known to this package alone.
"""
