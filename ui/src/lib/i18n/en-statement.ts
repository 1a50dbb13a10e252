// Statements.

import { plurals } from "./plural";

const count = plurals("en");

export const statement = {
  button: "Statement",
  title: "Statement",
  titleOf: (who: string) => `Statement of ${who}`,
  what: "All entries of a period, public and private, with what proves that none is missing. Nobody gets it unless you give it away.",
  whatOf:
    "All entries of a period as your own light node proves them: what everybody sees, and the private payments that the keys you were given show.",
  whatReceipts:
    "All private receipts of a period that the keys you were given show, each proved by your own light node. No payments, no balances.",
  from: "First day",
  last: "Last day",
  days: "Days begin and end in UTC. A period that is not over ends with the newest block.",
  format: "Written as",
  formats: { pdf: "Pages to read (PDF)", json: "File to check (JSON)", csv: "Table (CSV)" },
  make: "Make the statement",
  busy: "Every entry is fetched and proved. That can take a minute.",
  behind:
    "Your light node has not reached the end of this period, so a statement would not be whole. Wait until it is connected and up to date, and try again.",
  done: (n: number) => count(n, { one: "Made and proved: # entry.", other: "Made and proved: # entries." }),
  file: "File",
  copyPath: "Copy the path",
  opening: "At the beginning",
  closing: "At the end",
  check: "Anybody can check it with bcm-verify and a checkpoint, without your account and without the network.",
  proofless: "A table is for reading and proves nothing. Give the JSON file or the PDF to whoever has to check it.",
  another: "Make another",
};
