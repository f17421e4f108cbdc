#!/bin/sh
# Les vérifications puis les essais ; la dernière ligne est toujours celle de pytest.
set -u
scripts/check.sh
checked=$?
[ "$checked" = 0 ] || echo "Les vérifications ci-dessus sont à reprendre ; les essais tournent quand même."
.venv/bin/python -m pytest -q -n 2 --dist loadgroup -m "not long"
tested=$?
[ "$checked" = 0 ] && [ "$tested" = 0 ]
