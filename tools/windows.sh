# shellcheck shell=bash
# A window for a person, or, without a display, a page in the browser. Sourced by ./bcm.
#
# NAME.window is locked by the window's process as long as it lives, and holds its number: so any
# ./bcm knows which windows are open, whoever opened them.

has_display() { [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; }

# WebKit's processes hold the lock too, and may outlive the window by a moment.
window_is_open() { [ -e "$1" ] && ! flock -n "$1" true && kill -0 "$(cat "$1")" 2>/dev/null; }

# The numbers of the processes whose windows are open.
window_processes() {
  local file
  for file in "$DATA"/*.window; do
    ! window_is_open "$file" || cat "$file"
  done
}

any_window() { [ -n "$(window_processes)" ]; }

# Becomes the window of this person. If there is one already, the program only raises it.
become_window() {
  exec 8>>"$DATA/$1.window"
  if flock -n 8; then
    say "$BASHPID" >"$DATA/$1.window"
  else
    exec 8>&-
  fi
  exec "$DESKTOP" --profile "$DATA/$1" "${ADDRESSES[@]}"
}

# Takes note of the windows opened here that are closed, and says which of them failed.
note_closed() {
  local name status why
  for name in "${!OPENED[@]}"; do
    kill -0 "${OPENED[$name]}" 2>/dev/null && continue
    status=0
    wait "${OPENED[$name]}" || status=$?
    unset "OPENED[$name]"
    if [ "$status" -ne 0 ]; then
      FAILED=1
      why=$(tail -n 1 "$DATA/$name.log")
      say "${name^}'s window was cut off${why:+ ($why)}: see $DATA/$name.log."
    fi
  done
}

# True while a window is open that was opened here or elsewhere.
some_open() { [ ${#OPENED[@]} -gt 0 ] || any_window; }

# Waits for the end of the network or of the last window. Not on the terminal's error stream: the
# shell reports there in its own words what was killed.
watch_windows() {
  while network_lives && some_open; do
    sleep 0.3
    note_closed
  done
}

# Two windows; the end of the last one, whoever opened it, is the end of all.
show_windows() {
  local name FAILED=
  for name in alice bob; do
    become_window "$name" >"$DATA/$name.log" 2>&1 9>&- &
    OPENED["$name"]=$!
  done
  # A window that cannot open says so at once.
  sleep 1
  note_closed
  ! some_open || tell_about_windows
  watch_windows 2>/dev/null
  network_lives || network_ended
  finish
  [ -z "$FAILED" ] || stop "There is no window left, so the network was stopped."
  say "The last window was closed. Everything is stopped and kept in $DATA."
}

tell_about_windows() {
  say "Each has a window now: write to each other, and pay."
  say "  Open a closed one again:  $AGAIN window bob"
  say "  A third person:           $AGAIN window carol"
  say "  In a terminal:            $AGAIN alice"
  say "Closing the last window, or Ctrl-C here, stops everything; it is kept in $DATA."
}

# Serves one person's page, and waits for the link to it.
serve_page() {
  local name=$1 start=$SECONDS
  "$BCM" --profile "$DATA/$name" "${ADDRESSES[@]}" serve --ui "$ROOT/ui/dist" \
    >"$DATA/$name.link" 2>"$DATA/$name.log" 9>&- &
  OPENED["$name"]=$!
  until LINK=$(grep -o -m 1 'http://[^ "]*#[^ "]*' "$DATA/$name.link"); do
    kill -0 "${OPENED[$name]}" 2>/dev/null || page_ended "$name"
    [ $((SECONDS - start)) -lt 60 ] || failed "${name^}'s page is not ready after a minute: see $DATA/$name.log."
    sleep 0.1
  done
  # The link opens the profile: from here on it stands in the terminal only.
  rm -f "$DATA/$name.link"
}

page_ended() {
  local why
  why=$(tail -n 1 "$DATA/$1.log")
  failed "${1^}'s page ended${why:+ (${why%.})}: start ./bcm run again."
}

# Without a display: the same two, as pages for the browser.
show_pages() {
  local name LINK
  say "There is no display here, so each has a page for a browser on this computer:"
  for name in alice bob; do
    serve_page "$name"
    printf '  %-7s %s\n' "${name^}:" "$LINK"
  done
  say "Whoever has a link can read and pay as that person: hand none on."
  say "  A third person:           $AGAIN web carol"
  say "  In a terminal:            $AGAIN alice"
  say "Ctrl-C here stops everything; it is kept in $DATA."
  wait -n "$NETWORK" "${OPENED[@]}" 2>/dev/null || true
  for name in "${!OPENED[@]}"; do
    kill -0 "${OPENED[$name]}" 2>/dev/null || page_ended "$name"
  done
  network_ended
}

# ---------------------------------------------------------------- one person

# Names become names of files beside those of the network.
check_name() {
  case $1 in
  "") stop "Whose? For example: ./bcm $2 carol" ;;
  net | ready | lock) stop "The network has a file of that name: take another one." ;;
  -* | *[!A-Za-z0-9-]*) stop "A name is made of letters, digits and -, and does not begin with -." ;;
  esac
  [ ${#1} -le 32 ] || stop "A name has at most 32 letters."
}

# What one person's window, page or conversation needs: a network, or a profile to look at.
find_network() {
  if network_runs && [ -s "$DATA/net.json" ]; then
    addresses
    return
  fi
  [ -e "$DATA/$1/profile.db" ] || stop "There is no ${1^} yet, and no network: start ./bcm run first."
  say "The network is not running: what you write waits until ./bcm run starts it in another terminal."
}

# Opens or raises the window of one person; of a new one, it shows how to begin.
window() {
  local ADDRESSES=()
  check_name "${1:-}" window
  [ -x "$DESKTOP" ] || stop "The window is not built yet: start ./bcm run first, on a screen."
  has_display || stop "There is no display here: use ./bcm web $1."
  find_network "$1"
  umask 077
  become_window "$1"
}

# Serves one person's page until Ctrl-C.
web() {
  local ADDRESSES=()
  check_name "${1:-}" web
  need_built
  find_network "$1"
  umask 077
  : >>"$DATA/$1.window"
  exec "$BCM" --profile "$DATA/$1" "${ADDRESSES[@]}" serve --ui "$ROOT/ui/dist"
}
