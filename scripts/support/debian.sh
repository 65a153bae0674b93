# Unpack Debian packages in a folder: no root, nothing installed. To be sourced.
# shellcheck shell=bash

debian_triplet() { # the name of the folders of this machine's architecture
  case $(dpkg --print-architecture) in
    amd64) echo x86_64-linux-gnu ;;
    arm64) echo aarch64-linux-gnu ;;
    *) return 1 ;;
  esac
}

debian_can_unpack() { have apt-get && have dpkg-deb && debian_triplet >/dev/null; }

debian_mirror() { # the mirror this machine's own apt uses for Debian's main archive
  # (print-uris: indextargets knows nothing before a first 'apt-get update')
  echo "${XMPP_IOT_DEBIAN_MIRROR:-$(apt-get update --print-uris 2>/dev/null |
    sed -nE "s#^'(.*/debian/?)/dists/.*#\1#p" | head -n1)}"
}

private_apt() { # DIR STATUS [SUITE]: an apt with lists of its own, as if STATUS was installed
  # With a suite only that is asked; without, what this machine's own apt asks.
  local dir=$1 status=$2 suite=${3:-} key=/usr/share/keyrings/debian-archive-keyring.gpg signed=
  mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
  {
    cat <<CONF
Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "$dir";
Dir::State::lists "$dir/lists";
Dir::State::status "$status";
Dir::Cache "$dir/cache";
Dir::Log "$dir";
Debug::NoLocking "1";
APT::Sandbox::User "$(id -un 2>/dev/null || echo root)";
APT::Install-Recommends "0";
Acquire::Languages "none";
Acquire::Retries "3";
CONF
    if [ -n "$suite" ]; then
      [ -e "$key" ] && signed=" signed-by=$key"
      echo "deb [arch=$(dpkg --print-architecture)$signed] $(debian_mirror) $suite main" \
        > "$dir/sources.list"
      echo "Dir::Etc::sourcelist \"$dir/sources.list\";"
      echo 'Dir::Etc::sourceparts "/dev/null";'
    fi
    # this machine's own proxy and date settings; its hooks are left out ('parts' is /dev/null)
    apt-config dump | grep -E '^Acquire::(https?|Check-|Force)' || true
  } > "$dir/apt.conf"
  export APT_CONFIG=$dir/apt.conf
  apt-get -qq update >"$dir/log" 2>&1 || { sed 's/^/    /' "$dir/log" >&2; return 1; }
}

debian_closure() { # PACKAGE...: these and all they need that is not there (after private_apt)
  apt-get -s install "$@" 2>"${APT_CONFIG%/*}/log" | awk '/^Inst / {print $2}'
}

debian_unpack() { # DIR PACKAGE...: fetches and unpacks exactly these (after private_apt)
  local dir=$1 debs=${APT_CONFIG%/*}/debs package
  shift
  mkdir -p "$debs" "$dir"
  (cd "$debs" && apt-get -qq download "$@") >&2 || { say "the download failed"; return 1; }
  say "fetched $(du -sh "$debs" | cut -f1) in $# packages"
  for package in "$debs"/*.deb; do dpkg-deb -x "$package" "$dir"; done
  rm -rf "$debs" "$dir/usr/share/doc" "$dir/usr/share/man" "$dir/usr/share/locale"
}
