"""Comparing two records: one model, read by the in-process evaluator and by the batch one (rapprochement §4).

``standard`` writes names in comparable forms, ``conditions`` says each test once for SQL and for Python,
``comparisons`` lists the levels, ``blocking`` the keys, ``model`` the weights, ``score`` the verdict and its terms.
No database, no Django.
"""
