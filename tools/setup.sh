# shellcheck shell=bash
# What BCM needs on this computer: finds what is missing, and installs it. Sourced by ./bcm.
#
# Nothing here touches the network when nothing is missing.

# A C compiler for SQLite and the cryptography in C, the system's libcrypto for SQLCipher.
PACKAGES=(gcc libc6-dev make pkg-config libssl-dev ca-certificates)
# WebKit and D-Bus with their headers, which bring GTK's; letters for Chinese, pictures for emoji.
WINDOW_PACKAGES=(libwebkit2gtk-4.1-dev libdbus-1-dev fonts-noto-cjk fonts-noto-color-emoji)
# A display without a screen, and what drives the window from outside.
TEST_PACKAGES=(xvfb xauth webkit2gtk-driver)
RUSTUP="curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y"
# Node by a committed lock file, for systems whose own is too old.
LOCKED_NODE=$ROOT/tools/node

# The home folder, also where the variable is empty, as under some init systems.
find_home() {
  if [ -z "${HOME:-}" ]; then
    HOME=$(getent passwd "$(id -u)" | cut -d: -f6)
    export HOME
  fi
}

# ---------------------------------------------------------------- packages

installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Newer systems provide pkg-config by the package pkgconf.
missing_packages() {
  local package
  for package in "$@"; do
    installed "$package" || { [ "$package" = pkg-config ] && installed pkgconf; } || say "$package"
  done
}

has_apt() { have dpkg-query && have apt-get; }

install_packages() {
  local missing as_root=()
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    have sudo || stop "Some packages are missing: run 'apt-get install ${missing[*]}' as root, then start again."
    as_root=(sudo)
  fi
  say "Installing ${missing[*]} ..."
  "${as_root[@]}" apt-get -q update ||
    stop "The list of packages could not be fetched: check the network, then start again."
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -q install -y --no-install-recommends "${missing[@]}" ||
    stop "Installing ${missing[*]} failed: see the lines above, then start again."
  hash -r
}

# Where the tests' browser is, whatever it is called here; Debian's package is `chromium`.
find_browser() {
  local name
  for name in chromium chromium-browser google-chrome; do
    command -v "$name" && return
  done
  return 1
}

window_can_be_built() { pkg-config --exists webkit2gtk-4.1 2>/dev/null; }

# What is installed for `base`, `window` or `tests`; each includes the one before.
install_system() {
  local wanted=("${PACKAGES[@]}")
  if ! has_apt; then
    check_system "$1"
    return
  fi
  [ "$1" = base ] || wanted+=("${WINDOW_PACKAGES[@]}")
  [ "$1" != tests ] || wanted+=("${TEST_PACKAGES[@]}")
  [ "$1" != tests ] || find_browser >/dev/null || wanted+=(chromium)
  find_node || have npm || wanted+=(nodejs npm)
  install_packages "${wanted[@]}"
}

# Systems without apt: says what is missing.
check_system() {
  local first="This is not Debian or Ubuntu: install"
  { have cc && have make && have pkg-config && pkg-config --exists libcrypto; } ||
    stop "$first a C compiler, make, pkg-config and OpenSSL's headers, then start again."
  have npm || stop "$first Node and npm, then start again."
  [ "$1" = base ] || window_can_be_built ||
    stop "$first WebKitGTK 4.1 with its headers, then start again."
  [ "$1" != tests ] || { have xvfb-run && have WebKitWebDriver && find_browser >/dev/null; } ||
    stop "$first xvfb-run, WebKitWebDriver and Chromium, then start again."
}

# ---------------------------------------------------------------- Rust

# True if the first version is not newer than the second.
at_most() { printf '%s\n%s\n' "$1" "$2" | sort -V -C; }

wanted_rust() {
  sed -n 's/^rust-version *= *"\([0-9.]*\)".*/\1/p' "$ROOT/Cargo.toml" | head -n 1
}

# True if the cargo in this folder runs and is new enough; its answer goes to $VERSION.
new_enough() {
  VERSION=$(cd "$ROOT" && "$1/cargo" --version 2>/dev/null | cut -d' ' -f2) || VERSION=
  [ -n "$VERSION" ] && at_most "$(wanted_rust)" "${VERSION%%-*}"
}

# Puts a good cargo first on PATH. rustup's folder is often not there in a fresh shell.
find_cargo() {
  local folder
  OLD_RUST=
  for folder in "${CARGO_HOME:-$HOME/.cargo}/bin" "$(dirname "$(command -v cargo || true)")"; do
    [ -x "$folder/cargo" ] || continue
    if new_enough "$folder"; then
      PATH=$folder:$PATH
      return 0
    fi
    OLD_RUST=${VERSION:-without a toolchain}
  done
  return 1
}

# Installs Rust, or brings it up to date, if the person agrees (or said so with --yes).
install_rust() {
  local yes=$1 command=$RUSTUP rustup=${CARGO_HOME:-$HOME/.cargo}/bin/rustup
  [ -x "$rustup" ] || rustup=$(command -v rustup || true)
  if [ -n "$rustup" ]; then
    command="'$rustup' toolchain install stable && '$rustup' default stable"
  fi
  say "Rust $(wanted_rust) or newer is needed${OLD_RUST:+, and the one here is $OLD_RUST}. This installs it:"
  say "  $command"
  [ "$yes" = yes ] || agreed "Run it now?" ||
    stop "Rust is missing: run the command above, then start again."
  if [ -z "$rustup" ] && ! have curl; then
    has_apt || stop "curl is missing: install it, then start again."
    install_packages curl
  fi
  bash -c "set -euo pipefail; $command" ||
    stop "Rust could not be installed: see the lines above, then start again."
  find_cargo || stop "Rust was installed but is not found: open a new terminal and start again."
}

# What `cargo fmt` and `cargo clippy` need; a minimal toolchain lacks it.
install_lints() {
  if cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1; then
    return
  fi
  { have rustup && rustup component add rustfmt clippy; } ||
    stop "rustfmt and clippy are missing: install them beside your Rust, then start again."
}

# ---------------------------------------------------------------- Node

# True if the first node on PATH is one that the page's tools run on, with npm beside it.
good_node() {
  local version
  have npm || return 1
  version=$(node --version 2>/dev/null) || return 1
  case $version in
  v20.*) at_most 20.19 "${version#v}" ;;
  *) at_most 22.12 "${version#v}" ;;
  esac
}

# Finds a good Node: the system's own, else the locked one, which goes first on PATH.
find_node() {
  local bin
  good_node && return
  fetched "$LOCKED_NODE" || return 1
  for bin in "$LOCKED_NODE"/node_modules/node-linux-*/bin; do
    if "$bin/node" --version >/dev/null 2>&1; then
      PATH=$bin:$PATH
      hash -r
      good_node && return
    fi
  done
  return 1
}

install_node() {
  local old
  find_node && return
  old=$(node --version 2>/dev/null || true)
  say "Fetching Node, because the system's own (${old:-none}) is too old ..."
  fetch_modules "$LOCKED_NODE"
  find_node || stop "There is no Node for this computer: install Node 22 with npm, then start again."
}

# True if the modules in this folder are those of its lock file.
fetched() { cmp -s "$1/package-lock.json" "$1/node_modules/.fetched"; }

# Fetches the modules that a folder's lock file names, by hash, and runs none of their scripts.
fetch_modules() {
  fetched "$1" && return
  quietly npm --prefix "$1" ci --ignore-scripts ||
    stop "npm could not fetch what $1/package-lock.json names: see the lines above, then start again."
  cp "$1/package-lock.json" "$1/node_modules/.fetched"
}

# Signal's own library, which the tests let our side talk to; nothing that runs or ships has it.
fetch_interop() { fetch_modules "$ROOT/tests/interop"; }

# ---------------------------------------------------------------- all of it

# Installs what `base`, `window` or `tests` needs; `yes` answers the question about Rust.
setup() {
  find_home
  # Node brings a list of authorities of its own; the one that counts here is the system's.
  local authorities=/etc/ssl/certs/ca-certificates.crt
  install_system "$1"
  [ ! -e "$authorities" ] || export NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-$authorities}
  find_cargo || install_rust "${2:-ask}"
  install_node
}
