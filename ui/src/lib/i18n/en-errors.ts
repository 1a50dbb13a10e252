// What each code of the core means for a person, and what to do about it.

import type { Code } from "../../bindings";

/** Codes of the core, of the ledger, and of the way to the core. */
type Explained =
  | Code
  | "not_asked"
  | "ambiguous_challenge"
  | "unknown_challenge"
  | "challenge_closed"
  | "too_long_for_chat"
  | "expired"
  | "no_core"
  | "no_answer"
  | "bad_shares"
  | "unknown_envelope"
  | "no_share"
  | "already_claimed"
  | "envelope_empty"
  | "envelope_over"
  | "envelope_not_yet"
  | "below_fee"
  | "below_minimum"
  | "ecdsa_off"
  | "key_shown"
  | "rotation_needed"
  | "rotation_waits"
  | "own_rotation"
  | "bad_rotation"
  | "pool_stopped"
  | "unknown_request"
  | "ambiguous_request"
  | "request_closed"
  | "request_over"
  | "request_paid"
  | "bad_split"
  | "bad_link"
  | "link_over"
  | "address_ended"
  | "look_alike"
  | "name_taken"
  | "unknown_address"
  | "bad_months"
  | "bad_purpose"
  | "needs_chat"
  | "bad_reviewer"
  | "review_only"
  | "unknown_grant"
  | "no_keys"
  | "too_many_stops"
  | "bad_card"
  | "card_of_another"
  | "no_private_address"
  | "private_address_ended"
  | "top_up_needed"
  | "top_up_under_way"
  | "ambiguous_payment"
  | "unknown_payment"
  | "too_late"
  | "other_device"
  | "cancelled"
  | "bad_days"
  | "not_private"
  | "not_final"
  | "altered"
  | "other_verifier"
  | "other_challenge"
  | "bad_disclosure"
  | "wrong_checkpoint";

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
  private_address_ended: "The private address that this contact told you has ended. Another one was asked for and comes once their app is online. Pay then, or publicly now.",
  top_up_needed: "More would have to go into the private pool first, which everybody sees. Nothing was paid; look at it again before you pay.",
  top_up_under_way: "Money is on its way into the private pool already. Wait until it is there.",
  ambiguous_payment: "Several payments fit. Give more digits.",
  move_under_way: "A payment is still on its way. Wait until it is final, and try again.",
  other_keys: "Another key signs for this account than those of your 24 words.",
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
  bad_shares: "A red envelope has 1 to 100 shares.",
  unknown_envelope: "There is no such red envelope.",
  no_share: "This red envelope has no share for you.",
  already_claimed: "You have had your share of this red envelope.",
  envelope_empty: "Others have had all shares of this red envelope.",
  envelope_over: "This red envelope is over; what was left has gone back.",
  below_fee: "This share is worth no more than bringing it into your private balance costs. It can go to your account instead.",
  ecdsa_off: "The managers of this network have switched ECDSA off, and your account is signed for by an ECDSA key. Under Move to Falcon you see whether it can still move.",
  key_shown: "ECDSA is switched off, and everybody has seen your account's ECDSA key: it is too late to move it.",
  rotation_needed: "ECDSA is switched off: somebody else's account has to commit to your move first. Under Move to Falcon stands what to give them.",
  rotation_waits: "Your move is committed to, but not yet for 100 rounds. Under Move to Falcon you see how many are left.",
  own_rotation: "This is your own move. Your key must not sign before it: somebody else's account has to pay for it.",
  bad_rotation: "This text is not whole. Copy all of it, from bcm: to the end.",
  pool_stopped: "The managers of this network have stopped the private pool: nothing goes in or out any more.",
  below_minimum: "This is too little for an account that has had no money yet.",
  unknown_request: "There is no such request.",
  ambiguous_request: "More than one request fits.",
  request_closed: "This request was declined or withdrawn.",
  request_over: "The time of this request is over.",
  request_paid: "This request is paid, or its payment is on its way.",
  bad_split: "Choose each contact once, and a bill of which everybody's share is something.",
  bad_link: "This is not a whole payment link. Copy all of it, from bcm:pay to the end.",
  link_over: "This payment link is over. Ask for a new one.",
  address_ended: "This private address has ended. Ask for a new one.",
  look_alike: "This address only looks like one that you know. Look at every letter of it.",
  name_taken: "A contact or another address is shown by this name. Take another one.",
  unknown_address: "There is no such address in the address book.",
  envelope_not_yet: "The network does not have this red envelope yet. Try again in a moment.",
  bad_months: "These months cannot be given: only months that have begun, and at most 48.",
  bad_purpose: "Say what the review is for, in up to 280 letters.",
  needs_chat: "A grant that goes on sends a new key each month, so it needs a contact.",
  bad_reviewer: "This is no whole reviewer's card. Copy it again.",
  review_only: "This profile only reviews: it pays nothing and signs nothing.",
  unknown_grant: "There is no such grant.",
  no_keys: "No key that was given shows anything of this period.",
  too_many_stops: "Too much was stopped this month. Try again in the next one.",
  bad_card: "This is no grant card, or it was changed. Ask for it again.",
  bad_days: "It can count for 1 to 366 days.",
  not_private: "Everybody sees this payment already. Show its transaction id, or a statement of that day.",
  not_final: "The ledger does not have this payment as it is said to be, or not yet.",
  altered: "This is not as its discloser made it. Ask for it again.",
  other_verifier: "This was made out to somebody else.",
  other_challenge: "This does not answer a challenge of yours. Give them a fresh one.",
  not_asked: "This contact has not asked to be shown a payment, or the time for it is over.",
  ambiguous_challenge: "This contact has asked more than once. Choose which one you answer.",
  unknown_challenge: "There is no such wish to see a payment.",
  challenge_closed: "This is answered or closed already.",
  too_long_for_chat: "This proof is longer than a chat carries. Make it as a file and hand that over.",
  bad_disclosure: "This is no whole proof of a payment. Copy it again.",
  wrong_checkpoint: "Your light node knows another header than this proof. Do not rely on it.",
  card_of_another: "This card is made out to somebody else.",
  no_private_address: "This contact has not told you yet where to be paid privately.",
  unknown_payment: "There is no such private payment.",
  too_late: "It is signed already, or over: what is on its way cannot be called back.",
  other_device: "Another of your devices was asked for this payment. Call it off there.",
  cancelled: "This payment was called off; nothing was paid.",
} satisfies Record<Explained, string>;
