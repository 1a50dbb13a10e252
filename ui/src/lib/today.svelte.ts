// The day it is, for what is called "today" on the screen.

const LOOK_MS = 20_000;

let now = $state.raw(new Date());

/** The present day; what reads it is shown anew after midnight. */
export function today(): Date {
  return now;
}

/** Follows the clock, also past a sleep of the computer; returns the way to stop. */
export function followClock(): () => void {
  const look = () => {
    const next = new Date();
    if (next.toDateString() !== now.toDateString()) now = next;
  };
  const timer = setInterval(look, LOOK_MS);
  return () => clearInterval(timer);
}
