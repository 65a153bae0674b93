# Find, or provide, the programs that are not Python: two XMPP servers and a browser. To be sourced.
# shellcheck shell=bash
#
# Ways tried, in this order: PATH; the package manager, when root; Chromium by Playwright's own
# download; Debian's packages unpacked in the cache folder, with starters in its 'bin'.
PROGRAMS="prosody ejabberdctl chromium"
UNPACKED=$CACHE/debian

package_of() { [ "$1" = ejabberdctl ] && echo ejabberd || echo "$1"; }

program_there() { # NAME
  local place
  for place in $(echo "$PATH" | tr : ' ') /usr/sbin /usr/local/sbin "$CACHE/bin"; do
    [ -x "$place/$1" ] && return 0
  done
  [ "$1" = chromium ] || return 1
  have google-chrome || have chromium-browser ||
    [ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ] ||
    compgen -G "$CACHE/browsers/chromium*" >/dev/null
}

missing_programs() { # the names of those that are not there
  local name
  for name in $PROGRAMS; do program_there "$name" || echo "$name"; done
}

without_daemons() { # COMMAND...: runs it so that Debian's packages start no service of the system
  local policy=/usr/sbin/policy-rc.d result=0
  [ ! -e $policy ] || policy=
  [ -z "$policy" ] || { printf '#!/bin/sh\nexit 101\n' > $policy; chmod 755 $policy; }
  "$@" || result=$?
  [ -z "$policy" ] || rm -f $policy
  return $result
}

apt_install() { # PACKAGE...
  export DEBIAN_FRONTEND=noninteractive
  apt-cache show "$@" >/dev/null 2>&1 || apt-get -qq update >&2
  without_daemons apt-get -qq install --no-install-recommends "$@" </dev/null >"$SCRATCH/apt.log" 2>&1 ||
    { tail -n 20 "$SCRATCH/apt.log" >&2; return 1; }
}

install_packages() { # PACKAGE...: with this system's package manager; only root may
  [ "$(id -u)" = 0 ] || return 1
  if have apt-get; then apt_install "$@"
  elif have dnf; then dnf -q -y install "$@" >&2
  elif have apk; then apk add -q "$@" >&2
  elif have pacman; then pacman -Sy --noconfirm "$@" >&2
  else return 1
  fi
}

playwright_chromium() {
  PLAYWRIGHT_BROWSERS_PATH=$CACHE/browsers "$VENV/bin/python" -m playwright install chromium \
    >"$CACHE/playwright.log" 2>&1 || { rm -rf "$CACHE/browsers"; return 1; }
}

starter() { # NAME: standard input becomes an executable in the cache's bin
  mkdir -p "$CACHE/bin"
  { printf '#!/bin/sh\nP=%s\nL=$P/usr/lib/%s\n' "$UNPACKED" "$(debian_triplet)"
    # (sh is to expand these, when it runs)
    # shellcheck disable=SC2016
    printf 'export LD_LIBRARY_PATH=$L:$P/lib/%s\n' "$(debian_triplet)"
    cat; } > "$CACHE/bin/$1"
  chmod 755 "$CACHE/bin/$1"
}

# shellcheck disable=SC2016
start_prosody() { # Debian's lua packages know only /usr
  sed -i "s#'/usr/lib/prosody#'$UNPACKED/usr/lib/prosody#" "$UNPACKED/usr/bin/prosody"
  starter prosody <<'SH'
export LUA_PATH="$P/usr/share/lua/5.4/?.lua;$P/usr/share/lua/5.4/?/init.lua;;"
export LUA_CPATH="$L/lua/5.4/?.so;;"
exec "$P/usr/bin/lua5.4" "$P/usr/bin/prosody" "$@"
SH
}

start_ejabberdctl() { # what is wanted is Erlang with ejabberd's libraries (see servers/ejabberd.py)
  starter erl <<'SH'
export ROOTDIR="$P/usr/lib/erlang" EMU=beam PROGNAME=erl ERL_LIBS="$L"
BINDIR=$(echo "$ROOTDIR"/erts-*/bin)
export BINDIR
exec "$BINDIR/erlexec" "$@"
SH
  ln -sf "$UNPACKED/usr/sbin/ejabberdctl" "$CACHE/bin/ejabberdctl"
}

start_mosquitto() {
  # shellcheck disable=SC2016
  echo 'exec "$P/usr/sbin/mosquitto" "$@"' | starter mosquitto
}

start_chromium() { # without a fonts.conf that names the unpacked fonts it draws no text
  cat > "$UNPACKED/fonts.conf" <<XML
<?xml version="1.0"?>
<fontconfig>
  <dir>$UNPACKED/usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>$CACHE/fontconfig</cachedir>
</fontconfig>
XML
  starter chromium <<'SH'
export LD_LIBRARY_PATH="$LD_LIBRARY_PATH:$L/pulseaudio"
export FONTCONFIG_FILE="$P/fonts.conf"
exec "$P/usr/lib/chromium/chromium" "$@"
SH
}

unpack_programs() ( # NAME...
  debian_can_unpack || return 1
  private_apt "$SCRATCH/apt-programs" /var/lib/dpkg/status || return 1
  packages=$(for name in "$@"; do package_of "$name"; done)
  case $packages in *chromium*) packages="$packages fonts-dejavu-core" ;; esac
  # word splitting is meant, here and below
  # shellcheck disable=SC2086
  packages=$(debian_closure $packages)
  [ -n "$packages" ] || { sed 's/^/    /' "${APT_CONFIG%/*}/log" >&2; return 1; }
  # shellcheck disable=SC2086
  debian_unpack "$UNPACKED" $packages || return 1
  for name in "$@"; do "start_$name"; done
)   # (a shell of its own: apt's configuration is for it alone)

provide_programs() { # what is missing, by the first way that works
  local names
  names=$(missing_programs)
  [ -n "$names" ] || return 0
  # word splitting is meant in all of these
  # shellcheck disable=SC2046,SC2086
  if [ "$(id -u)" = 0 ]; then
    step "installing $(echo $names)" install_packages $(for n in $names; do package_of "$n"; done) || true
    names=$(missing_programs)
  fi
  case $names in
    *chromium*) step "fetching Chromium" playwright_chromium || say "Playwright cannot fetch one" ;;
  esac
  names=$(missing_programs)
  # shellcheck disable=SC2086
  [ -z "$names" ] || ! debian_can_unpack || step "unpacking $(echo $names)" unpack_programs $names || true
}

report_programs() { # says what is still missing; without Prosody there is no demo
  local name
  for name in $(missing_programs); do
    say "$(package_of "$name") is not there, and cannot be had without root on this system:" \
        "install your system's package '$(package_of "$name")', then run this again"
  done
  program_there prosody
}
