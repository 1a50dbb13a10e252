// Paying privately: what everybody sees of it, how far it is, and the private pool.

import { isolated } from "./plural";

export const hidden = {
  title: "Private payment",
  gift: "Private red envelope",
  publicTitle: "Public payment",
  shows: {
    nothing: "Nobody sees who pays, whom, or how much. Only that a private payment took place, and its fee, is public.",
    payee: "Everybody sees this address and the amount, but not that you pay.",
    envelope: "Everybody sees the red envelope and how much is in it, but not that you give it, nor to whom.",
    all: "Payer, payee and amount of this payment are public.",
  },
  topUp: (amount: string) =>
    `Your private pool does not hold enough. ${amount} is put in first, in a payment of its own: everybody sees that your account puts in this much, and nothing of what becomes of it. It takes some seconds longer.`,
  carryOver: (amount: string) =>
    `${amount} of former months move on to this month's private account first. Nobody sees whose they are; it takes some seconds longer.`,
  merges: (steps: number) =>
    `Your money lies in more notes than one payment takes. They are made fewer first, in ${steps} ${steps === 1 ? "step" : "steps"} of some seconds each; the fee counts that.`,
  asks: (amount: string) => `${amount} would have to go into the pool first, which everybody sees. Nothing was paid: pay again if that is all right.`,
  pool: "Private pool",
  fromNobody: (label: string) => (label ? `Payer unknown, at “${isolated(label)}”` : "Payer unknown"),
  toPublic: "Pay publicly instead",
  toPrivate: "Pay privately instead",
  untold: (name: string) =>
    `${isolated(name)} has not told you yet where to be paid privately. Their app does so by itself once it is online.`,
  verified: "Safety number compared",
  unverified: "Safety number not compared",
  steps: {
    waiting: "Preparing: waits for its turn",
    top_up: "Preparing: money goes into the pool",
    carry_over: "Preparing: money of your former private account moves on",
    merge: "Preparing: notes are made fewer",
    proving: "Proving",
  },
  progress: (step: string, seconds: string) => `${step} · ${seconds}`,
  gaveUp: "Given up before anything was signed; nothing was paid.",
  cancel: "Call it off",
  underWay: "Private payments under way",
  to: (name: string) => `To ${isolated(name)}`,
  held: "In the pool",
  poolWhat: "Money in the private pool can be paid without anybody seeing who pays whom, or how much.",
  putIn: "Put money in",
  putInAmount: "Amount in ABC",
  putInShows: "Everybody sees that your account puts this amount in. A round amount tells the least.",
  puttingIn: (amount: string) => `${amount} go into the pool. The proof takes some seconds; go on with something else, but leave the app open.`,
  small: (count: number, total: string) =>
    `${count === 1 ? "One note" : `${count} notes`}, ${total} together, cost more to move than they are worth, and stay where they are.`,
  smallNote: (amount: string, month: string) => `${amount} · account of ${month}`,
  address: "My private address",
  addressWhat: "Whoever has it can pay you privately. Give it to one person only, not to everybody: two who compare notes see that it is the same.",
  addressUntil: (day: string) => `Good until ${day}; then your app makes another one, and tells your contacts.`,
  addressCode: "Code with your private address",
  copyAddress: "Copy the address",
};
