// The story in its order: Alice and Bob in front of a window or a page, from the first start to an
// account that comes back. Each front adds what it alone has to get right.

import { asking } from "./asking.mjs";
import { accounts, welcome, words } from "./beginning.mjs";
import { giving } from "./giving.mjs";
import { hiding } from "./hiding.mjs";
import { keyboard } from "./keyboard.mjs";
import { looks } from "./looks.mjs";
import { meeting } from "./meeting.mjs";
import { mistakes } from "./mistakes.mjs";
import { moving } from "./moving.mjs";
import { lightNode } from "./node.mjs";
import { offline } from "./offline.mjs";
import { faucet, paying } from "./paying.mjs";
import { powerCut, restart } from "./restarting.mjs";
import { restored } from "./restored.mjs";
import { sealing } from "./sealing.mjs";
import { talking } from "./talking.mjs";

export const FIRST = [
  ["what a stranger sees first", welcome],
  ["two accounts", accounts],
  ["one invite makes one contact", meeting],
  ["ten messages each way", talking],
  ["play money for both", faucet],
  ["a payment inside the conversation", paying],
];

export const THEN = [
  ["without a mouse", keyboard],
  ["mistakes are told and change nothing", mistakes],
  ["what the light node checks", lightNode],
  ["the 24 words", words],
  ["a restart", restart],
  ["a power cut", powerCut],
  ["without a network", offline],
  ["every view in both languages and themes", looks],
  ["a red envelope inside the conversation", giving],
  ["money is asked for and paid with one tap", asking],
  ["a review key sealed to a card", sealing],
  ["a private payment, shown to whom it concerns", hiding],
];

export const LAST = [
  ["an account moves to its Falcon key", moving],
  ["an account comes back from its words", restored],
];
