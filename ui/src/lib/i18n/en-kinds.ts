// What a line of the history is, where it is no payment.

export const kinds = {
  convert: "Turned into ABIT",
  shield: "Into the private pool",
  unshield: "Out of the private pool",
  carry_over: "Moved to the new private account",
  merge: "Private notes made fewer",
  sweep: "Everything moved",
  migrate: "Moved to Falcon",
  key: "Keys changed",
  profile: "Profile changed",
  envelope: "Red envelope",
  name: "Name",
  bond: "Bond",
  reward: "Reward",
  rotation: "Commitment to somebody's move",
};
