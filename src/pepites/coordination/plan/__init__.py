"""The *plan personnalisé de coordination en santé* (PPCS, HAS July 2019; coordination §1.6)."""
