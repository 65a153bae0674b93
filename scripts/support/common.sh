# Shared by the shell scripts: where things are, and how progress is told. To be sourced.
# shellcheck shell=bash
MIN_PYTHON=3.14.2
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
VENV=$ROOT/.venv
CACHE=${XDG_CACHE_HOME:-${HOME:?HOME is not set}/.cache}/xmpp-iot

# Bytecode makes Home Assistant start in two thirds of the time.
unset PYTHONDONTWRITEBYTECODE
# uv trusts its own list of CAs only, unless told: a proxy's or a mirror's CA is in the system's.
if [ -z "${SSL_CERT_FILE:-}" ] && [ -e /etc/ssl/certs/ca-certificates.crt ]; then
  export UV_SYSTEM_CERTS=${UV_SYSTEM_CERTS:-1}
fi

say()  { printf '[%3ds] %s\n' "$SECONDS" "$*" >&2; }
die()  { say "error: $*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

step() { # WHAT COMMAND...: says what is being done, and how long it took
  local what=$1 start=$SECONDS
  shift
  say "$what ..."
  "$@" || return
  say "$what: done ($((SECONDS - start)) s)"
}

scratch() { # sets SCRATCH: an empty folder in the cache (same file system), gone at exit
  SCRATCH=$CACHE/.scratch.$$
  trap 'rm -rf "$CACHE/.scratch.$$"' EXIT
  rm -rf "$CACHE"/.scratch.*   # what a killed run left; the lock is held
  mkdir -p "$SCRATCH"
}
