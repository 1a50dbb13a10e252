// The page of the light node.

export const node = {
  title: "Light node",
  what: "A light node runs inside this app. It believes nobody: it checks what the network answers, with mathematics.",
  nothing: "Nothing is checked yet. The light node begins as soon as it reaches the network.",
  headersTitle: "Checked headers",
  headers: (round: string) =>
    `Up to round ${round}: one after the other, or by a jump for which a quorum has signed.`,
  signedTitle: "Signed by the managers",
  signed: (quorum: string, managers: string) =>
    `Each header carries the signatures of at least ${quorum} of ${managers} managers. Fewer, and it is refused.`,
  newestTitle: "The newest header",
  newest: (round: string) => `Round ${round}`,
  balanceTitle: "Your balance",
  balance: (round: string) =>
    `Proved to stand in the ledger under the header of round ${round}. A wrong figure would not pass.`,
  noBalance: "Not proved yet.",
  trustTitle: "Nobody's word is taken",
  trust:
    "Workers carry your sealed mail and hand out headers and proofs. They can be slow or silent, but a false answer is found out here and thrown away.",
  network: "Network",
  chain: "Chain id",
  began: "Began",
  worker: "Home worker",
  noWorker: "None at the moment",
  reachedAt: "Reached at",
  join: "Join a network",
  joinWhat: "The network prints its address when it starts. It ends with # and the chain id.",
  joinLabel: "Address of the network",
  joinDo: "Join",
  joined: "The address is kept. The light node is looking for the network.",
};
