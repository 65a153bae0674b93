# More versions of the XMPP servers than this system has, for the tests. To be sourced.
# shellcheck shell=bash
#
# Debian's packages of several suites, each with all its libraries (libc too), unpacked in a folder
# of the cache: nothing is installed, root or not. A folder has a `bin` with starters, and `versions`,
# which says what is there; without it, it is not complete. See servers/versions.py.
SERVERS=$CACHE/servers
# Prosody 0.12 and ejabberd 23; Prosody 13 and ejabberd 26
SERVER_SUITES=${XMPP_IOT_SERVER_SUITES:-bookworm testing}
# What the packages ask for, and a server on loopback never uses
SERVERS_DO_WITHOUT='^(systemd|libsystemd-shared|perl|perl-(base|modules-.*)|lib(number|text|file)-.*-perl|debconf|dpkg|tar|adduser|passwd|usrmerge|init-system-helpers|libpam.*|libdb5.3|libgdbm.*|libperl.*|ca-certificates|ucf|sensible-utils|ssl-cert|openssl|openssl-provider-legacy|procps|readline-common|gcc-.*-base|erlang-(dialyzer|eunit|erlydtl|odbc|snmp|ftp|tftp)|libodbc2|libltdl7)$'

own_suite() { # the name of this system's own suite: its servers are those on PATH
  # shellcheck disable=SC1091
  (. /etc/os-release 2>/dev/null && echo "${VERSION_CODENAME:-}")
}

missing_server_suites() { # those that are not there, and were not found impossible
  local suite
  debian_can_unpack || return 0
  for suite in $SERVER_SUITES; do
    [ "$suite" = "$(own_suite)" ] || [ -e "$SERVERS/$suite/versions" ] ||
      [ -e "$SERVERS/$suite.impossible" ] || echo "$suite"
  done
}

with_own_libraries() { # DIR LOADER PROGRAM: makes the program run with the libc it was made for
  local dir=$1 loader=$2 program=$3 lib
  lib=lib/$(debian_triplet)   # (before Debian 13 libc is not below /usr)
  mv "$program" "$program.program"
  cat > "$program" <<SH
#!/bin/sh
exec "$loader" --library-path "$dir/usr/$lib:$dir/$lib" "$program.program" "\$@"
SH
  chmod 755 "$program"
}

server_starters() { # DIR: its `bin`, for where it is now
  local dir=$1 lib=$1/usr/lib/$(debian_triplet) loader program
  loader=$(find "$dir/usr/lib" "$dir/lib" -name 'ld-linux-*.so.[0-9]' 2>/dev/null | head -n1)
  [ -n "$loader" ] || { say "libc6 has an unknown layout"; return 1; }
  mkdir -p "$dir/bin"
  with_own_libraries "$dir" "$loader" "$dir/usr/bin/lua5.4"
  for program in "$dir"/usr/lib/erlang/erts-*/bin/{erlexec,beam.smp,erl_child_setup,inet_gethost}; do
    with_own_libraries "$dir" "$loader" "$program"
  done
  sed -i "s#'/usr/lib/prosody#'$dir/usr/lib/prosody#" "$dir/usr/bin/prosody"
  cat > "$dir/bin/prosody" <<SH
#!/bin/sh
export LUA_PATH="$dir/usr/share/lua/5.4/?.lua;$dir/usr/share/lua/5.4/?/init.lua;;"
export LUA_CPATH="$lib/lua/5.4/?.so;;"
exec "$dir/usr/bin/lua5.4" "$dir/usr/bin/prosody" "\$@"
SH
  cat > "$dir/bin/erl" <<SH
#!/bin/sh
export ROOTDIR="$dir/usr/lib/erlang" BINDIR=$(echo "$dir"/usr/lib/erlang/erts-*/bin)
export EMU=beam PROGNAME=erl ERL_LIBS="$lib"
exec "\$BINDIR/erlexec" "\$@"
SH
  chmod 755 "$dir/bin/prosody" "$dir/bin/erl"
  sed "s#^ERL_LIBS=.*#ERL_LIBS='$lib'#" "$dir/usr/sbin/ejabberdctl" > "$dir/bin/ejabberdctl"
  chmod 755 "$dir/bin/ejabberdctl"
}

server_versions() { # DIR: a line with name and version for each server in it
  local dir=$1
  echo "prosody $(cat "$dir/usr/lib/prosody/prosody.version")"
  find "$dir/usr/lib/$(debian_triplet)" -maxdepth 1 -name 'ejabberd-*' |
    sed -E 's#.*/ejabberd-#ejabberd #' | sort | head -n1
}

unpack_server_suite() ( # SUITE
  suite=$1 dir=$SERVERS/$1
  rm -rf "$dir"
  [ -n "$(debian_mirror)" ] || { say "no Debian mirror in apt's sources"; return 1; }
  : > "$SCRATCH/apt-status-servers"   # an empty dpkg database: apt resolves everything
  private_apt "$SCRATCH/apt-servers-$suite" "$SCRATCH/apt-status-servers" "$suite" || return 1
  packages=$(debian_closure prosody ejabberd | grep -vE "$SERVERS_DO_WITHOUT")
  [ -n "$packages" ] || { sed 's/^/    /' "${APT_CONFIG%/*}/log" >&2; return 1; }
  # word splitting is meant
  # shellcheck disable=SC2086
  debian_unpack "$dir" $packages || return 1
  server_starters "$dir" || return 1
  server_versions "$dir" > "$SCRATCH/versions"
  mv "$SCRATCH/versions" "$dir/versions"
)   # (a shell of its own: apt's configuration is for it alone)

provide_servers() { # what is missing; without it the tests run with fewer versions
  local suite
  for suite in $(missing_server_suites); do
    mkdir -p "$SERVERS"
    step "unpacking the XMPP servers of Debian's $suite" unpack_server_suite "$suite" || {
      rm -rf "${SERVERS:?}/$suite"
      : > "$SERVERS/$suite.impossible"
      say "they cannot be had here: the tests go without them" \
          "(remove $SERVERS/$suite.impossible, and they are tried again)"
    }
  done
}
