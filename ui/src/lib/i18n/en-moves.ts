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
  pool: "Money in the private pool is not quantum-safe while it lies there. Paid out to a Falcon address, it is.",
  withPool: (amount: string) => `Take along what lies in the private pool: ${amount}`,
  poolShows:
    "Everybody can see this amount leave the pool, and the address it goes to, but not who pays. Who sees it arrive beside your account's money can guess that it is yours.",
  outOfPool: "Out of the private pool",
  poolOnly: "Take it to your Falcon address",
  rotation: {
    title: "ECDSA is switched off",
    why: "Your account can still move to Falcon: its key was never shown. But nobody could tell you from a thief who works it out when you show it. So somebody else's account, which has a Falcon key, first commits to your move, for a small fee; 100 rounds later, which is less than two minutes where a round takes a second, you move. Give that person this text. It does not tell which account is yours.",
    code: "What somebody else has to commit to",
    text: "For somebody with a Falcon key",
    copy: "Copy the text",
    needed: "Nobody has committed to it yet. This page looks again by itself.",
    waits: (round: string, left: string) =>
      `Somebody has committed to your move. From round ${round} on you can make it, in ${left} rounds; leave this open, or come back then.`,
    keyShown:
      "It is too late to move this account: everybody has seen its ECDSA key since it signed first, so whoever can work out private keys could move it as well. No transaction of this account is taken any more.",
    asked:
      "Somebody asks you to commit to the move of their account to Falcon, which they cannot pay for themselves. You pay this fee and nothing else; whose account it is, you do not learn.",
    pay: "Pay the fee",
    paid: "Paid for. Once it is final, the other one waits for 100 rounds and moves.",
    before: "This is committed to already. Nothing is left to pay.",
  },
  progress: {
    preparing: "Preparing: the transaction is signed and saved.",
    proving: "Out of the private pool: being proved. It takes some seconds, longer if notes are made fewer or moved on first; leave the app open.",
    submitted: "On its way. You can close the app: it goes on by itself.",
    final: "Final.",
    failed: "It did not happen in time, and never will. Nothing was moved.",
  },
};
