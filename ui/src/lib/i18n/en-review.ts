// Review keys and, in a file of their own, statements.

export { statement } from "./en-statement";

import { shown } from "./en-shown";

export const review = {
  title: "Review keys",
  what: "A review key lets somebody see your account and do nothing else. Nobody has one unless you give it.",
  give: "Give a review key",
  given: "Given",
  received: "Received",
  stop: "Stop",
  look: "Look",
  lookAt: (who: string) => `Account of ${who}`,
  kept: "Who was stopped sees nothing new. What they saw before, they may have kept.",
  to: "To whom: a contact's name",
  strength: "What they see",
  strengths: {
    period: "One month",
    incoming: "Receipts only",
    standing: "Each new month",
    full: "Full history",
    payment: "One payment",
  },
  states: { active: "Active", ended: "Its months are over", stopped: "Stopped" },
  notProved: "Not signed by this account's key. Do not rely on it.",
  from: "Month, such as 2026-11",
  last: "Last month",
  purpose: "What it is for",
  next: "Continue",
  change: "Change",
  sign: "Sign and send",
  done: "Signed and saved. It goes to them by chat.",
  span: (first: string, last: string) => `${first} to ${last}`,
  until: (last: string) => `until the end of ${last}`,
  untilStopped: "until you stop it",
  sees: {
    period: (who: string, span: string) => `${who} will see everything of ${span}, and nothing before or after.`,
    incoming: (who: string, span: string) => `${who} will see all receipts of ${span}, and nothing else.`,
    standing: (who: string, span: string, end: string) =>
      `${who} will see everything of ${span} and of each new month, ${end}.`,
    full: (who: string, span: string) => `${who} will see everything: ${span}.`,
    payment: (who: string) => `${who} will see one payment, and nothing else.`,
  },
  shows:
    "Months are counted in UTC. When the closing balance moves on, they see that it does, and payments that come late to an old address stay visible.",
  compare: "Compare these digits with them first:",
  provedIn: "Proved in round",
  private: (sum: string) => `${sum} of it private`,
  fee: (sum: string) => `fee ${sum}`,
  pool: {
    not_scanned: "The private side was not read yet.",
    months: (months: string) => `Private payments and balance: of ${months}.`,
    receipts: (months: string) => `Of ${months} you see private receipts only: no payments, no balance.`,
  },
  remarks: {
    unreadable: "What was said with it cannot be read.",
    stated: "That it is the owner's own money is the owner's word.",
    undisclosed: "To whom is not disclosed.",
  },
  undisclosed: (sum: string) => `${sum} left without being disclosed by these keys.`,
  claimed: (who: string) => `${who} has given you the same private keys as their own. Ask whose they are.`,
  covers:
    "Your own light node has proved every line. It covers this account and the keys that were given; the same person may own others.",
  hidden:
    "Not shown: months that were not given, payments to an address 62 days or more after its month, and payments whose text on the ledger was spoiled.",
  onlyReview: "This profile only reviews: it pays nothing and signs nothing.",
  nothingYet: "Nobody has given you a review key yet. One that comes by chat appears here by itself.",
  shown,
};
