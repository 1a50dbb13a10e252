// One private payment, shown to one person.

export const shown = {
  prove: "Prove this payment to someone",
  only: "They see this one payment: amount, address, time and what was said with it. Nothing else of your account.",
  to: "To whom: a contact's name, or a reviewer's card",
  challenge: "Challenge",
  challengeHint: "They have given it to you. It keeps others from using this proof as theirs.",
  purpose: "What it is for",
  make: "Make the proof",
  made: (who: string) =>
    `Made for ${who} alone, good for 7 days. Nobody else can use it, but they can show the content to anyone.`,
  file: "The proof, as text",
  copy: "Copy the proof",
  check: "Check a payment that somebody shows you",
  checkWhat: "First give them a challenge and your card. What they then send you proves one payment, to you alone.",
  ask: "Make a challenge",
  copyAsked: "Copy challenge and card",
  compare: "They compare these digits with you:",
  go: "Check",
  over: "The time for which this was given is over. Ask for it again.",
  paidTo: (address: string) => `To ${address}`,
  memo: (memo: string) => `With the memo: ${memo}`,
  when: (time: string, round: string) => `${time}, in round ${round}.`,
  by: { payer: "Shown by its payer.", payee: "Shown by its payee." },
  account: (address: string) => `The account of ${address} answers for it.`,
  said: (words: string) => `They say: ${words}`,
  until: (time: string) => `Good until ${time}.`,
  provesTitle: "What this proves",
  proves:
    "In a final transaction this output paid this amount to this address with this memo, and whoever discloses it answers your challenge. Your own light node has checked it.",
  notTitle: "What it does not prove",
  limits: [
    "That the payer's name is right, that the money is still there, or that there are no other payments.",
    "What is said beside the payment is the discloser's word.",
    "They can show the content to anyone, and so can you.",
  ],
};
