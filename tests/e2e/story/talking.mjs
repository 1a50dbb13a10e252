// They talk: every message arrives once, in order, and its writer comes to know.

const LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft".repeat(4);

const OF_ALICE = [
  "Hello Bob, it is me.",
  "<b>markup</b> & <script>alert(1)</script> is only text",
  "שלום, מה שלומך? 123",
  LONG,
  "你好,今天下午三点见面吗?",
  "🦆👩‍👩‍👧‍👦🏳️‍🌈",
  "“Quotes” and a \\ backslash",
  "Lunch on Friday?",
  "The noodle place by the river? 🍜",
  "I pay, you choose the tea.",
];
const OF_BOB = [
  "Hello Alice.",
  "مرحبا، كيف حالك؟",
  "<img src=x onerror=alert(1)>",
  "{{ 1 + 1 }} ${2 + 2} %s",
  "好的,没问题。",
  "🙂",
  "I am hungry already.",
  "Free from noon.",
  "Perfect. It was full last time, so let us be early.",
  "Then jasmine. See you there!",
];
/** From here to there both speak at once, else by turns. */
const [AT_ONCE, BY_TURNS] = [4, 8];

/** Ten messages each way. */
export async function talking({ alice, bob }) {
  alice.said = [];
  bob.said = [];
  await takeTurns(alice, bob, 0, AT_ONCE);
  await Promise.all([
    sayAll(alice, OF_ALICE.slice(AT_ONCE, BY_TURNS)),
    sayAll(bob, OF_BOB.slice(AT_ONCE, BY_TURNS)),
  ]);
  await agree({ alice, bob });
  await takeTurns(alice, bob, BY_TURNS, OF_ALICE.length);
  await agree({ alice, bob });
  await alice.shows("chat-alice");
  await bob.shows("chat-bob");
}

async function takeTurns(alice, bob, start, end) {
  for (let turn = start; turn < end; turn++) {
    await say(alice, OF_ALICE[turn]);
    await bob.until(`message ${turn}`, async () => (await bob.texts("them")).length === turn + 1);
    await say(bob, OF_BOB[turn]);
    await alice.until(`message ${turn}`, async () => (await alice.texts("them")).length === turn + 1);
    await alice.reads("live", `${bob.name}: ${OF_BOB[turn]}`);
  }
}

/** Both see the same: all that was said, once, in order, and delivered. */
export async function agree({ alice, bob }) {
  for (const [writer, reader] of [[alice, bob], [bob, alice]]) {
    await writer.holds("me", writer.said, "delivered");
    await reader.holds("them", writer.said, "received");
  }
}

/** One more message, remembered. */
export async function say(person, text) {
  await person.says(text);
  person.said.push(text);
}

async function sayAll(person, texts) {
  for (const text of texts) await say(person, text);
}
