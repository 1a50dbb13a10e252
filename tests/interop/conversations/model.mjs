// What must come out of a conversation, whoever implements it: a double ratchet without the
// cryptography. It knows which chains and sessions each side has, and which messages were read.

/** Receiving chains that a session keeps. */
const CHAINS = 5;
/** Archived sessions that are kept beside the current one. */
const ARCHIVED = 40;

/** One session between two sides, 0 and 1. */
class Session {
  /** What each side has of it; null as long as it has not heard of it. */
  ends = [null, null];
  /** True once the answering side has read something: its prekeys are used up. */
  begun = false;

  constructor(initiator, oneTime) {
    this.oneTime = oneTime;
    // The first chain of the answering side is its signed prekey.
    this.ends[initiator] = { sending: 1, receiving: [0], pending: true, read: new Set() };
  }

  answer(side) {
    this.begun = true;
    this.ends[side] = { sending: 0, receiving: [], pending: false, read: new Set() };
  }
}

/** Both sides' view of all their sessions. */
export class Model {
  /** The sessions of each side, the last used one first. */
  #sessions = [[], []];
  /** True if that first one is current, not archived. */
  #current = [false, false];
  #messages = 0;

  /** A side starts a session from the other's bundle. */
  begin(side, oneTime) {
    this.#use(side, new Session(side, oneTime));
  }

  archive(side) {
    if (this.#current[side]) this.#retire(side);
    this.#current[side] = false;
  }

  forget(side) {
    this.#sessions[side] = [];
    this.#current[side] = false;
  }

  hasSession(side) {
    return this.#current[side];
  }

  knowsAny(side) {
    return this.#sessions[side].length > 0;
  }

  /** The message that a side writes now. */
  send(side) {
    const [session] = this.#sessions[side];
    const { sending: chain, pending } = session.ends[side];
    this.#messages += 1;
    return { id: this.#messages, to: 1 - side, session, chain, type: pending ? 3 : 2 };
  }

  /** What becomes of a message that arrives now: "plaintext", or why it is refused. */
  receive(message) {
    const { to: side, session } = message;
    if (!this.#sessions[side].includes(session)) {
      const unknown = this.#unknown(message);
      if (unknown !== null) return unknown;
      session.answer(side);
    }
    const end = session.ends[side];
    const known = end.receiving.includes(message.chain);
    if (known && end.read.has(message.id)) return "duplicate";
    // Chains come one after another: an unknown one is the next, or too old to be kept.
    const newest = end.receiving.at(-1) ?? -1;
    if (!known && message.chain <= newest) return "damaged";
    if (!known) {
      end.receiving = [...end.receiving, message.chain].slice(-CHAINS);
      end.sending += 2;
      // Numbers of both sides' chains stay apart: one side has even ones, the other odd ones.
    }
    end.read.add(message.id);
    end.pending = false;
    this.#use(side, session);
    return "plaintext";
  }

  /** Why a message of a session that this side does not have is refused; null if it begins one. */
  #unknown({ to: side, type, session }) {
    if (type === 2) return this.knowsAny(side) ? "damaged" : "noSession";
    if (!session.begun) return null;
    return session.oneTime ? "noPreKey" : "repeatedBeginning";
  }

  /** Makes this session the current one. */
  #use(side, session) {
    const all = this.#sessions[side];
    if (all[0] !== session) this.#retire(side);
    this.#sessions[side] = [session, ...all.filter((other) => other !== session)].slice(0, ARCHIVED + 1);
    this.#current[side] = true;
  }

  /** An archived session no longer says how it began. */
  #retire(side) {
    const [first] = this.#sessions[side];
    if (first) first.ends[side].pending = false;
  }
}
