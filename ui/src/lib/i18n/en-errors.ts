// What each code of the core means for a person, and what to do about it.

import type { Code } from "../../bindings";

/** Codes of the core, of the ledger, and of the way to the core. */
type Explained = Code | "expired" | "no_core" | "no_answer";

export const errors = {
  no_profile: "There is no profile in this folder yet.",
  profile_exists: "There is a profile in this folder already. It is left as it is.",
  profile_in_use:
    "Another program has this profile open. Close it there, or wait a moment, and try again.",
  wrong_key: "That passphrase, or the key of this device, does not open the profile.",
  damaged_profile: "The profile's files are damaged. The 24 words bring back the account and its money.",
  profile_newer: "The profile was written by a newer version. Update the app to open it.",
  old_format: "The profile is in an old format that this version no longer reads.",
  bad_words: "These words are not right. Check the spelling and the order.",
  bad_name: "This name cannot be used. Take 1 to 64 characters without line breaks.",
  bad_invite: "This is not a whole invite. Copy all of it, from bcm: to the end.",
  own_invite: "This is your own invite. Ask your contact for theirs.",
  unknown_contact: "There is no such contact.",
  ambiguous_contact: "More than one contact has this name.",
  message_too_long: "This is too long. Send it in parts.",
  empty_message: "There is nothing to send.",
  bad_payload: "This is not your contact's side. Copy all of the text that their app shows, not your own.",
  bad_address: "This is not an address. Check every letter, or copy it again.",
  wrong_network: "This belongs to another network than your profile.",
  bad_amount: "This is not an amount. Write it like 12.5, with at most six digits after the point.",
  insufficient_funds: "You do not have enough for that and the fee.",
  faucet_used: "This account has had its play money already; each gets it once.",
  timeout: "It takes longer than usual. Nothing is lost; the result shows up here when it is known.",
  no_network: "The network does not answer. What you write is kept and leaves by itself later.",
  clock_wrong: "This device's clock is wrong. Set the right time, and try again.",
  upgrade_needed: "The network has moved on. Update the app to go on using it.",
  disk_full: "The disk is full. Make some room, and try again.",
  bad_proof: "The network's answer did not stand up to the check, so it was not used.",
  conflict:
    "The managers of the network contradict each other, so nothing is paid until people have found out who is right.",
  checkpoint_needed:
    "This device was away for more than two weeks. Your contacts are asked to vouch for the network; that takes until two of them are online.",
  io: "A file could not be read or written. Check the profile's folder and the disk.",
  refused: "The network has refused this.",
  internal: "Something went wrong inside the app. Please try again.",
  no_core: "The program behind this page does not answer.",
  no_answer:
    "The program behind this page went away before it answered. See whether it was done before you do it again.",
  expired: "The payment did not happen in time, and never will. You can pay again.",
} satisfies Record<Explained, string>;
