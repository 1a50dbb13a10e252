# shellcheck shell=bash
# Builds the page and the programs, each only if something changed. Sourced by ./bcm.

# A hash over everything that the page is made of.
page_sources() {
  (
    cd "$ROOT/ui" || exit
    find . \( -name node_modules -o -name dist \) -prune -o -type f -print0 |
      LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
  )
}

# The page that the window and `bcm serve` show, in ui/dist.
build_page() {
  local built=$ROOT/ui/node_modules/.built sources
  fetch_modules "$ROOT/ui"
  sources=$(page_sources)
  if [ -e "$ROOT/ui/dist/index.html" ] && [ "$(cat "$built" 2>/dev/null)" = "$sources" ]; then
    return
  fi
  quietly npm --prefix "$ROOT/ui" run build ||
    stop "The page could not be built: see the lines above."
  say "$sources" >"$built"
}

# One set of features whatever is built, so that no dependency is built twice.
build_programs() {
  local what=()
  ! window_can_be_built || what=(--workspace)
  task cargo build --locked "${what[@]}" ||
    stop "The build failed: see the lines above."
}
