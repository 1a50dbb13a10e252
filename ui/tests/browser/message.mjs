// Messages of the scripted world.

/** A message of a conversation, with what it brings. */
export function message(id, from, time, text, state, brings = {}) {
  return {
    id: id.padStart(32, "0"), from, time, text, state: from === "me" ? state : "received",
    payment: null, envelope: null, request: null, showing: null, ...brings,
  };
}
