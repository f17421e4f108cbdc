#!/bin/sh
# Forme, types et contrats d'import ; va au bout pour tout dire en une fois.
set -u
failed=""
step() {
    name="$1"
    shift
    if output="$("$@" 2>&1)"; then
        echo "✔ $name"
    else
        echo "✖ $name"
        printf '%s\n' "$output"
        failed="$failed $name"
    fi
}
bin=.venv/bin
step "forme" "$bin/ruff" check .
step "mise en forme" "$bin/ruff" format --check .
step "gabarits" "$bin/djlint" --lint --quiet src
step "contrats d'import" "$bin/lint-imports"
step "types" "$bin/mypy"
[ -z "$failed" ]
