# shellcheck shell=bash
# `./bcm run`: the network, the two people's first start, and a window or a page for each.
# Sourced by ./bcm.

NETWORK=             # process of the network
CHILD=               # process that is being waited for
declare -A OPENED=() # by name, the processes of the windows and pages that were opened here

# Runs a program. From the moment that signals are caught, it runs in the background and is waited
# for: a signal to this script is then acted on at once, and not after the program.
task() {
  if [ -z "$(trap -p INT)" ]; then
    "$@"
  else
    "$@" 9>&- &
    await
  fi
}

# The same for a program that talks more than anyone wants to read, unless it fails.
quietly() {
  local said status=0
  said=$(mktemp)
  task "$@" >"$said" 2>&1 || status=$?
  [ "$status" -eq 0 ] || cat "$said" >&2
  rm -f "$said"
  return "$status"
}

# Waits for the program just put in the background. Its output is redirected there, not here, where
# a trap may run.
await() {
  local status=0
  CHILD=$!
  wait "$CHILD" || status=$?
  CHILD=
  return "$status"
}

# Ends these processes together, and waits for them.
end_all() {
  local process tries
  [ $# -gt 0 ] || return 0
  kill -TERM "$@" 2>/dev/null || true
  for ((tries = 0; tries < 60; tries++)); do
    kill -0 "$@" 2>/dev/null || break
    sleep 0.1
  done
  for process in "$@"; do
    kill -KILL "$process" 2>/dev/null || true
    wait "$process" 2>/dev/null || true
  done
}

# Ends what was started here, the network last; with it also windows that were opened elsewhere.
finish() {
  local windows=()
  trap '' INT TERM HUP
  [ -z "$NETWORK" ] || mapfile -t windows < <(window_processes)
  end_all ${CHILD:+"$CHILD"} "${windows[@]}" "${OPENED[@]}"
  end_all ${NETWORK:+"$NETWORK"}
  rm -f "$DATA/net.json" "$DATA/net.pid" "$DATA/step.out" "$DATA/step.err" "$DATA"/*.link
}

# Called by the trap.
# shellcheck disable=SC2317
interrupted() {
  say ""
  [ -z "$NETWORK" ] || say "Stopping ..."
  finish
  say "Stopped. What there was is kept in $DATA."
  exit 0
}

failed() {
  finish
  stop "$*"
}

# ---------------------------------------------------------------- the network

# A text field of one line of JSON on stdin; ids, codes and addresses hold no escapes.
field() { sed -n 's/.*"'"$1"'": *"\([^"]*\)".*/\1/p' | head -n 1; }

# The addresses by which profiles find the network, into ADDRESSES as options.
addresses() {
  local address
  ADDRESSES=()
  while read -r address; do
    ADDRESSES+=(--bootstrap "$address")
  done < <(sed -n 's/.*"bootstrap": *\[\([^]]*\)\].*/\1/p' "$DATA/net.json" | tr -d '" ' | tr ',' '\n')
}

# True while a network of this data folder runs: it holds the lock as long as it lives.
network_runs() { [ -e "$DATA/lock" ] && ! flock -n "$DATA/lock" true; }

# Starts the network and waits for its ready line.
start_network() {
  local start=$SECONDS
  : >"$DATA/net.json"
  "$NETWORK_PROGRAM" devnet --dir "$DATA/net" --json >"$DATA/net.json" 2>"$DATA/net.log" &
  NETWORK=$!
  say "$NETWORK" >"$DATA/net.pid"
  until grep -q '"ready": *true' "$DATA/net.json"; do
    network_lives || network_ended
    [ $((SECONDS - start)) -lt 120 ] ||
      failed "The network is not ready after two minutes: see $DATA/net.log."
    sleep 0.1
  done
}

network_lives() { kill -0 "$NETWORK" 2>/dev/null; }

# Says why the network is not there any more. Windows stay open: what is written in them waits.
network_ended() {
  local why status=0 left=""
  wait "$NETWORK" 2>/dev/null || status=$?
  NETWORK=
  if any_window; then
    OPENED=()
    left=" The windows stay open, and what is written there waits until ./bcm run starts the network again."
  fi
  if [ "$status" -eq 0 ]; then
    finish
    say "The network was stopped.$left Everything is kept in $DATA."
    exit 0
  fi
  why=$(tail -n 1 "$DATA/net.log")
  failed "The network stopped by itself${why:+ ($why)}: see $DATA/net.log, or begin anew with ./bcm reset.$left"
}

# ---------------------------------------------------------------- the first start

# One command of one person: its answer in ANSWER; on failure its code in CODE.
person() {
  local profile=$1 status=0
  shift
  "$BCM" --profile "$DATA/$profile" "${ADDRESSES[@]}" --json "$@" \
    >"$DATA/step.out" 2>"$DATA/step.err" 9>&- &
  await || status=$?
  ANSWER=$(cat "$DATA/step.out")
  CODE=$(field code <"$DATA/step.err")
  return "$status"
}

# The same, where failure is the end.
must() {
  local why
  person "$@" && return
  why=$(field message <"$DATA/step.err")
  why=${why:-$(tail -n 1 "$DATA/step.err")}
  shift
  failed "'bcm $*' failed${why:+ (${why%.})}: start ./bcm run again, or begin anew with ./bcm reset."
}

# Makes the profile unless it is there; its account's id in ACCOUNT.
make_account() {
  if ! person "$1" --offline account show; then
    if [ "$CODE" = no_profile ]; then
      say "Making an account for $2 ..."
      must "$1" account new --name "$2"
    else
      must "$1" --offline account show
    fi
  fi
  ACCOUNT=$(field id <<<"$ANSWER")
}

# Makes the second a contact of the first, by an invite; one that is there already stays as it is, and
# one who only asked is accepted.
make_contact() {
  must "$2" invite
  must "$1" contact add "$(field invite <<<"$ANSWER")"
  say "$3" >"$DATA/$1.contact"
}

take_from_faucet() {
  person "$1" faucet || [ "$CODE" = faucet_used ] || must "$1" faucet
}

# Two people who know each other and hold money. Each step finds out by itself whether it was
# done, so a start that was cut short is completed by the next.
first_start() {
  local chain alice bob
  chain=$(field chain <"$DATA/net.json")
  if [ -e "$DATA/ready" ]; then
    [ "$(cat "$DATA/ready")" = "$chain" ] ||
      failed "The accounts in $DATA belong to another network: begin anew with ./bcm reset."
    return
  fi
  make_account alice Alice
  alice=$ACCOUNT
  make_account bob Bob
  bob=$ACCOUNT
  say "Making them contacts of each other ..."
  make_contact alice bob "$bob"
  make_contact bob alice "$alice"
  say "Taking 100 ABC from the faucet for each ..."
  take_from_faucet alice
  take_from_faucet bob
  say "$chain" >"$DATA/ready.new"
  mv "$DATA/ready.new" "$DATA/ready"
}

# ---------------------------------------------------------------- all of it

# One run at a time for a data folder; from here on signals are caught.
take_lock() {
  umask 077
  mkdir -p "$DATA" 2>/dev/null || stop "$DATA cannot be made: set BCM_DATA to a folder of yours."
  exec 9>>"$DATA/lock" || stop "$DATA cannot be written: set BCM_DATA to a folder of yours."
  flock -n 9 ||
    stop "The network is already running: open a window with '$AGAIN window bob', or stop it with Ctrl-C in its terminal or by 'kill $(cat "$DATA/net.pid" 2>/dev/null || say "?")'."
  trap interrupted INT TERM HUP
}

run() {
  if has_display; then setup window; else setup base; fi
  cd "$ROOT" || exit
  take_lock
  say "Building ..."
  build_page
  build_programs
  say "Starting the network ..."
  start_network
  addresses
  first_start
  say ""
  say "Ready. Alice and Bob know each other, and each was given 100 ABC."
  if has_display; then show_windows; else show_pages; fi
}
