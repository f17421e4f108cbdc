#!/bin/sh
# Paquets Debian dont les essais ont besoin : Chromium, et un serveur PostgreSQL pour l'essai sur base externe ; avec
# « long », Java pour le moteur Spark.
set -eu
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$missing postgresql"
if [ "${1:-}" = long ]; then
    command -v java >/dev/null 2>&1 || missing="$missing default-jre-headless"
fi
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    echo "Il manque aux essais :$missing. Tapez : sudo apt install --no-install-recommends$missing" >&2
    exit 1
fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "Il manque aux essais :$missing. Installez-les avec le gestionnaire de paquets de cette machine." >&2
    exit 1
fi
echo "Installation de :$missing"
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update >/dev/null
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing >/dev/null
