// Moving to Falcon.

export const moves = {
  signs: { ecdsa: "ECDSA, in use", falcon: "Falcon, quantum-safe, in use" },
  signsNothing: { ecdsa: "ECDSA, receives only", falcon: "Falcon, quantum-safe, for later" },
  waiting: (amount: string) => `${amount} wait here. They join your account when you move to Falcon.`,
  card: "Quantum-safe key",
  stage: {
    ecdsa: "Your ECDSA key signs for your money. A quantum computer could one day work it out and take everything.",
    both: "Your Falcon key is there, but the ECDSA key can still pay: you are not protected until it ends.",
  },
  safe: "Your Falcon key signs alone. The old key signs nothing any more.",
  safeSince: (round: string) =>
    `Your Falcon key signs alone since round ${round}. The old key signs nothing any more.`,
  open: "Move to Falcon",
  more: "More about it",
  title: "Move to Falcon",
  why: "A Falcon key also stands up to quantum computers. There are two ways to it.",
  inPlace: "In place",
  inPlaceWhat:
    "Your account takes its Falcon key and ends the ECDSA key, for good and in one step. Balance, ABIT, names, bonds, red envelopes and history stay, and payments to your old address keep arriving.",
  inPlaceShows: "Everybody can see that this account has changed its key, and nothing else.",
  newAddress: "Your Falcon address",
  joins: "Waits there, and joins",
  poor: "There is not enough in the account for the fee.",
  migrate: "Move in place",
  again: "Try again",
  done: "Done: only your Falcon key signs now.",
  doneSince: (round: string) => `Done in round ${round}: only your Falcon key signs now.`,
  sweep: "To another Falcon address",
  sweepWhat:
    "All your ABC goes to a Falcon address that you type, less the fee. ABIT, names, bonds, open red envelopes and your history stay behind in this account.",
  sweepShows: "Everybody can see that the two accounts belong together.",
  sweepOpen: "Choose this way",
  sweepTo: "Falcon address",
  sweepHint: "It begins with F. To move in parts, send amounts to it from the wallet instead.",
  sweepConfirm: "Send everything there?",
  allOf: (amount: string) => `All of it, ${amount} now, less the fee`,
  stays: "Stays behind",
  staysWhat: (abit: string, bonded: string) => `${abit}, bonds of ${bonded}, names, open red envelopes, history`,
  sweepDo: "Send everything",
  pool: "Money in the private pool is not quantum-safe: not there, and not when it is moved. This release has no private pool yet.",
  progress: {
    preparing: "Preparing: the transaction is signed and saved.",
    submitted: "On its way. You can close the app: it goes on by itself.",
    final: "Final.",
    failed: "It did not happen in time, and never will. Nothing was moved.",
  },
};
