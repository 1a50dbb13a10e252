// Made from the core's table of commands by `cargo xtask bindings`; not edited by hand.

import { call } from "../lib/transport";

/** An account and how its profile is kept. */
export type Account = {
	/** The account. */
	account: AccountRecord,
	/** What keeps the profile's key on this device. */
	protection: Protection,
	/** True once the owner has proved to have the words. */
	words_confirmed: boolean,
};

/** Some of the words, as read from the paper. */
export type AccountConfirmWords = {
	/** At least three different ones. */
	words: NumberedWord[],
};

/** A new account. */
export type AccountNew = {
	/** The name that others see. */
	name?: string | null,
	/** Asked for at every start, if given. */
	passphrase?: string | null,
};

/** An account as its owner sees it. */
export type AccountRecord = {
	/** OpenID. */
	id: string,
	/** As it calls itself. */
	name: string,
	/** Where it can be paid. */
	addresses: Addresses,
	/** The network, once the profile knows one. */
	chain: string | null,
};

/** An account made from its words. */
export type AccountRestore = {
	/** The name that others see. */
	name?: string | null,
	/** The 24 words, apart by blanks. */
	words: string,
	/** Asked for at every start, if given. */
	passphrase?: string | null,
};

/** An address and whether its key may sign. */
export type AddressRecord = {
	/** `A…` or `F…`. */
	address: string,
	/** The kind of its key. */
	kind: KeyKind,
	/** True if the account signs with its key. */
	active: boolean,
};

/** The addresses of an account. */
export type Addresses = {
	/** `A…`. */
	ecdsa: string,
	/** `F…`. */
	falcon: string,
};

/** A code to act on and a sentence to show. */
export type ApiError = {
	/** One of the codes of the command line's contract, or the ledger's own. */
	code: string,
	/** What happened and what to do about it. */
	message: string,
};

/** Balances, each proved under a certified header. */
export type Balance = {
	/** ABC, then ABIT. */
	tokens: TokenBalance[],
	/** The account's addresses. */
	addresses: AddressRecord[],
	/** The round whose header proves the figures. */
	round: number,
	/** Whether the profile was brought up to date first. */
	synced: boolean,
};

/** What carries a connection. */
export type Carrier = 
/** QUIC, over UDP. */
"quic" | 
/** TCP. */
"tcp" | 
/** Something else. */
"other";

/** A part of a conversation. */
export type ChatMessages = {
	/** Its id or its name. */
	contact: string,
	/** Only the newest so many. */
	last?: number | null,
};

/** Reading as the command line does it. */
export type ChatRead = {
	/** Its id or its name. */
	contact: string,
	/** If nothing unread is there, wait so many seconds for something. */
	wait?: number | null,
	/** Only the newest so many. */
	last?: number | null,
};

/** A conversation as a list shows it. */
export type ChatRecord = {
	/** With whom. */
	contact: ContactRecord,
	/** Messages that the person has not looked at. */
	unread: number,
	/** The newest message. */
	last: MessageRecord | null,
};

/** A message that was given up. */
export type ChatRetry = {
	/** Its id or its name. */
	contact: string,
	/** The message's id. */
	message: string,
};

/** How far a conversation was looked at. */
export type ChatSeen = {
	/** Its id or its name. */
	contact: string,
	/** The newest of the contact's messages that was shown; all of them, if left out. */
	up_to?: string | null,
};

/** A message. */
export type ChatSend = {
	/** Its id or its name. */
	contact: string,
	/** What to say. */
	text: string,
	/** Wait for a worker's acknowledgement. */
	wait?: boolean,
};

/** All conversations, the newest activity first. */
export type Chats = {
	/** The conversations, without those of declined contacts. */
	chats: ChatRecord[],
};

/** A header of the ledger that a person may vouch for. */
export type CheckpointRecord = {
	/** The network. */
	chain: string,
	/** The header's round. */
	round: number,
	/** Its id. */
	header: string,
	/** The hash of the managers who decide the round after it. */
	committee: string,
	/** Its time. */
	time: string,
};

/** A checkpoint that somebody vouches for. */
export type CheckpointUse = {
	/** As `checkpoint` gives it. */
	checkpoint: CheckpointRecord,
};

/** What our own light node has checked. */
export type ChecksRecord = {
	/** Headers that were taken one after the other, since this program opened the profile. */
	stepwise: number,
	/** Headers that were reached by a jump. */
	jumped: number,
	/** Headers that were filled in behind. */
	filled: number,
	/** How many of the latest headers are held. */
	window: number,
	/** The round that is trusted. */
	trusted_round: number,
	/** Its time. */
	trusted_time: string | null,
	/** For how many seconds it can still be built upon. */
	period_left_s: number | null,
	/** What other workers have said to it. */
	cross_checked: CrossCheckRecord | null,
	/** True if two certified headers contradict each other. */
	frozen: boolean,
	/** The round of the checkpoint that trust began from, if not from the genesis. */
	checkpoint: number | null,
};

/** Whether what a contact showed fits our own safety number. */
export type ComparedRecord = {
	/** True if it does. */
	match: boolean,
};

/** The way to the network. */
export type Connection = 
/** Being looked for. */
"connecting" | 
/** There. */
"online" | 
/** Not there; it is looked for again and again. */
"offline";

/** An invite that somebody gave us. */
export type ContactAdd = {
	/** `bcm:…`. */
	invite: string,
	/** Wait for a worker's acknowledgement. */
	wait?: boolean,
};

/** What a contact showed us. */
export type ContactCompare = {
	/** Its id or its name. */
	contact: string,
	/** The text of its safety number's code. */
	payload: string,
};

/** A contact. */
export type ContactRecord = {
	/** OpenID. */
	id: string,
	/** As listed; unique in this profile. */
	name: string,
	/** True once the safety numbers have been compared. */
	verified: boolean,
	/** `new` until the contact has answered, then `ready`. */
	state: ContactState,
	/** What the person has decided about it. */
	standing: Standing,
};

/** How far getting to know a contact has come. */
export type ContactState = 
/** It has not answered yet. */
"new" | 
/** Both know each other. */
"ready";

/** All contacts, in the order they were added. */
export type Contacts = {
	/** The contacts. */
	contacts: ContactRecord[],
	/** Whether the profile was brought up to date first. */
	synced: boolean,
};

/** A conversation, oldest message first. */
export type Conversation = {
	/** The contact's name. */
	contact: string,
	/** Each message once. */
	messages: MessageRecord[],
	/** Whether the profile was brought up to date first. */
	synced: boolean,
};

/** What other workers have said to the header that is trusted. */
export type CrossCheckRecord = {
	/** How many of those asked last hold the same. */
	peers: number,
	/** When the last of them said so. */
	time: string,
};

/** What the connection doctor has found. */
export type Diagnosis = {
	/** One after the other, the most general first. */
	findings: FindingRecord[],
};

/** What a line of the history is. */
export type EntryKind = 
/** A payment. */
"pay" | 
/** A devnet's gift. */
"faucet" | 
/** Money at the ledger's start. */
"genesis" | 
/** ABC turned into ABIT. */
"convert" | 
/** Everything moved at once. */
"sweep" | 
/** A key added or retired. */
"key" | 
/** Another profile committed to. */
"profile" | 
/** A red envelope. */
"envelope" | 
/** A name's deposit, price, record or owner. */
"name" | 
/** A bond locked, returned or lost. */
"bond" | 
/** Paid by the ledger's rules. */
"reward";

/** Something may have changed. */
export type Event = {
	/** What. */
	topic: Topic,
	/** Of whom, if it concerns one contact only. */
	id: string | null,
};

/** The ledger and the network as our own light node sees them; nobody's word is taken for any of it. */
export type Explorer = {
	/** The newest round whose header is trusted, 0 for the genesis. */
	round: number,
	/** That header's time. */
	time: string | null,
	/** The least time between two blocks. */
	interval_ms: number,
	/** The newest rounds whose headers are held, oldest first. */
	recent: RoundRecord[],
	/** From a header's time to its arrival here. */
	finality: FinalityRecord | null,
	/** Of how many rounds what is said of the managers is true, at most. */
	surveyed: number,
	/** The managers of these rounds. */
	managers: ManagerRecord[],
	/** What the light node has checked. */
	checks: ChecksRecord,
	/** Nodes that we are, or have lately been, connected to. */
	peers: PeerRecord[],
	/** True if the profile was brought up to date for this. */
	synced: boolean,
};

/** The faucet's gift. */
export type FaucetRecord = {
	/** Transaction id. */
	tx: string,
	/** How much. */
	amount: string,
	/** Which token. */
	token: TokenName,
	/** `final`. */
	state: PaymentState,
};

/** How long it takes until a header is final and here, by this computer's clock. */
export type FinalityRecord = {
	/** Half of the headers were here within so many milliseconds. */
	p50_ms: number,
	/** Ninety-nine of a hundred were. */
	p99_ms: number,
	/** How many headers that is said of. */
	samples: number,
};

/** What the connection doctor can find. */
export type FindingCode = 
/** The profile knows no network. */
"no_network" | 
/** There is no connection to the home worker just now. */
"path_none" | 
/** Connected directly, by QUIC. */
"path_direct" | 
/** Connected by TCP, because QUIC does not get through. */
"path_fallback" | 
/** Connected directly, by TCP. */
"path_tcp" | 
/** Another node passes everything on. */
"path_relayed" | 
/** The home worker runs on this computer. */
"path_local" | 
/** QUIC gets through. */
"quic_open" | 
/** QUIC does not get through. */
"quic_shut" | 
/** The home worker names no address for QUIC. */
"quic_unknown" | 
/** TCP gets through. */
"tcp_open" | 
/** TCP does not get through. */
"tcp_shut" | 
/** The home worker names no address for TCP. */
"tcp_unknown" | 
/** Answers come fast. */
"latency_good" | 
/** Answers take their time. */
"latency_high" | 
/** Our clock agrees with the network's. */
"clock_right" | 
/** Our clock is ahead. */
"clock_ahead" | 
/** Our clock is behind. */
"clock_behind" | 
/** The newest header is of now. */
"header_fresh" | 
/** The newest header is old. */
"header_old" | 
/** No header was checked yet. */
"header_none" | 
/** The home worker answers. */
"home_reached" | 
/** The home worker does not answer. */
"home_silent" | 
/** Another worker answers, too. */
"second_reached" | 
/** No other worker answers. */
"second_silent" | 
/** No other worker is known. */
"second_unknown" | 
/** What is trusted can be built upon. */
"trust_sound" | 
/** Not for long any more. */
"trust_ending" | 
/** Only a checkpoint helps. */
"trust_over" | 
/** Two certified headers contradict each other. */
"trust_frozen";

/** One finding. */
export type FindingRecord = {
	/** What, for programs. */
	code: FindingCode,
	/** How well that is. */
	health: Health,
	/** What was measured. */
	ms: number | null,
	/** The node that it is about. */
	node: string | null,
	/** What, for people. */
	said: string,
	/** What to do about it. */
	advice: string | null,
};

/** Which way money went. */
export type Flow = 
/** To us. */
"in" | 
/** From us. */
"out" | 
/** From us to us. */
"self";

/** Whether to ask the network first. */
export type Fresh = {
	/** Bring the profile up to date first. */
	sync?: boolean,
};

/** How well something is. */
export type Health = 
/** Nothing to do. */
"good" | 
/** It works, and could be better. */
"fair" | 
/** It does not work. */
"bad";

/** The history, oldest first. */
export type History = {
	/** The lines. */
	entries: HistoryEntry[],
	/** Whether the profile was brought up to date first. */
	synced: boolean,
};

/** One line of the history. */
export type HistoryEntry = {
	/** Transaction id. */
	tx: string,
	/** The time of its round, or of the wish while it is not final. */
	time: string,
	/** The round that made it final. */
	round: number | null,
	/** Which way the money went. */
	direction: Flow,
	/** What it is. */
	kind: EntryKind,
	/** Which token. */
	token: TokenName,
	/** How much, without the fee. */
	amount: string,
	/** What it cost us beside the amount. */
	fee: string | null,
	/** A contact's name or an address. */
	counterparty: string | null,
	/** What the payer said about it. */
	memo: string | null,
	/** True for the private pool. */
	private: boolean,
	/** What became of it; one on its way is `submitted`. */
	state: PaymentState,
};

/** A part of the history. */
export type HistoryOf = {
	/** From this date or time on. */
	from?: string | null,
	/** Before this date or time. */
	to?: string | null,
	/** Bring the profile up to date first. */
	sync?: boolean,
};

/** An invite. */
export type InviteRecord = {
	/** `bcm:…`. */
	invite: string,
};

/** The kind of key behind an address. */
export type KeyKind = 
/** `A…`, secp256k1. */
"ecdsa" | 
/** `F…`, Falcon-1024. */
"falcon";

/** What the light node has checked by itself. */
export type LightRecord = {
	/** The network, once the profile is bound to one. */
	chain: string | null,
	/** The newest round whose header has been checked, with every one before it. */
	round: number,
	/** That header's time. */
	time: string | null,
	/** When the network began. */
	genesis_time: string | null,
	/** How many managers vote. */
	managers: number,
	/** How many of them must have signed a header. */
	quorum: number,
	/** The round whose header proves the balance; 0 for none. */
	account_round: number,
	/** The home worker. */
	worker: string | null,
	/** Where it was reached last. */
	address: string | null,
};

/** What one manager has done. */
export type ManagerRecord = {
	/** Its signing key. */
	id: string,
	/** The first eight digits of it. */
	name: string,
	/** In how many certificates its vote stands. */
	signed: number,
	/** Of how many that were looked at. */
	of: number,
	/** How many blocks it has proposed. */
	proposed: number,
	/** Its votes in the newest rounds, oldest first, at most thirty. */
	votes: VoteMark[],
};

/** A message in a conversation. */
export type MessageRecord = {
	/** Message id; unique among those of one side. */
	id: string,
	/** `me` or the contact's name, which is never `me`. */
	from: string,
	/** When, by its sender's clock. */
	time: string,
	/** The text; of a payment, its memo. */
	text: string,
	/** How far it got. */
	state: MessageState,
	/** The payment it speaks of. */
	payment: PaymentOfMessage | null,
};

/** How far a message got. */
export type MessageState = 
/** Saved here; no worker has confirmed it. */
"queued" | 
/** A worker holds it on disk. */
"sent" | 
/** The contact's device has said that it has it. */
"delivered" | 
/** Given up; it can be tried again. */
"failed" | 
/** It came from the contact. */
"received";

/** Where a network is found. */
export type NetworkAdd = {
	/** As the network printed it at its start, with `/p2p/…` and `#chain`. */
	address: string,
};

/** Nothing. */
export type Nothing = Record<string, never>;

/** One of the 24 words. */
export type NumberedWord = {
	/** Its place, from 1. */
	number: number,
	/** The word. */
	word: string,
};

/** A contact. */
export type OfContact = {
	/** Its id or its name. */
	contact: string,
};

/** One contact, such as the one that was added. */
export type OneContact = {
	/** The contact. */
	contact: ContactRecord,
};

/** Which way a connection takes. */
export type Path = 
/** From us to it. */
"direct" | 
/** Through another node. */
"relayed";

/** A payment. */
export type Pay = {
	/** A contact's id or name, or an address. */
	to: string,
	/** How much ABC. */
	amount: string,
	/** What it is for; only the contact sees it. */
	memo?: string | null,
	/** Wait until it is final. */
	wait?: boolean,
};

/** A payment that is thought about. */
export type PayQuote = {
	/** A contact's id or name, or an address. */
	to: string,
	/** How much ABC. */
	amount: string,
};

/** A payment that a message speaks of. */
export type PaymentOfMessage = {
	/** Transaction id. */
	tx: string,
	/** How much; what the ledger says, once it has said it. */
	amount: string,
	/** Which token. */
	token: TokenName,
	/** `final` only if our own proved history says so. */
	state: PaymentState,
};

/** A payment that was just made. */
export type PaymentRecord = {
	/** Transaction id. */
	tx: string,
	/** The contact's name or the address. */
	to: string,
	/** Which token. */
	token: TokenName,
	/** What the payee gets. */
	amount: string,
	/** What it costs beside that. */
	fee: string,
	/** True for the private pool. */
	private: boolean,
	/** What has become of it so far. */
	state: PaymentState,
	/** The round that made it final. */
	round: number | null,
};

/** What became of a payment. */
export type PaymentState = 
/** Signed and saved; no node has confirmed it. */
"queued" | 
/** A node has taken it. */
"submitted" | 
/** It stands in our own proved history. */
"final" | 
/** It is proved that it can never happen any more. */
"expired";

/** What else there is to say of a node. */
export type PeerNote = 
/** It runs on this computer. */
"local" | 
/** It was asked for its header, and left. */
"asked";

/** A node of the network, and the connection to it. */
export type PeerRecord = {
	/** The node. */
	id: string,
	/** What it is to us. */
	role: PeerRole,
	/** Which way the connection takes. */
	path: Path,
	/** What carries it. */
	transport: Carrier,
	/** Where it is: a multiaddr. */
	address: string,
	/** Once there and back. */
	rtt_ms: number | null,
	/** When the connection was made. */
	since: string,
	/** Bytes received over it. */
	received: number | null,
	/** Bytes sent over it. */
	sent: number | null,
	/** What else there is to say of it. */
	note: PeerNote | null,
};

/** What a node is to us. */
export type PeerRole = 
/** Our stream is held to it. */
"home" | 
/** It was asked one thing. */
"other";

/** A passphrase, if one was set. */
export type ProfileOpen = {
	/** What was chosen when the profile was made. */
	passphrase?: string | null,
};

/** What there is of a profile. */
export type ProfileState = 
/** It is open. */
"open" | 
/** There is none in this folder. */
"none" | 
/** It waits for its passphrase. */
"locked" | 
/** It cannot be opened; the trouble says why. */
"closed";

/** What stands between a profile's key and whoever has the device. */
export type Protection = 
/** The operating system's keychain. */
"keychain" | 
/** A passphrase that the person chose. */
"passphrase" | 
/** Only the rights of the file `device.key`. */
"file";

/** What a payment would cost, before anything is signed. */
export type QuoteRecord = {
	/** The contact's name or the address. */
	to: string,
	/** The address that would be paid. */
	address: string,
	/** What the payee would get. */
	amount: string,
	/** Which token. */
	token: TokenName,
	/** What it would cost beside that. */
	fee: string,
	/** Both. */
	total: string,
	/** What there is to pay with. */
	available: string,
};

/** One round. */
export type RoundRecord = {
	/** The round. */
	round: number,
	/** The header's time. */
	time: string,
	/** The view that decided it; null as long as its certificate was not looked at. */
	view: number | null,
	/** The first eight digits of who proposed the block. */
	proposer: string | null,
	/** True for the block that has no proposer. */
	empty: boolean,
	/** How many managers have signed it; null as long as its certificate was not looked at. */
	signers: number | null,
	/** How many could have. */
	managers: number | null,
	/** Since the round before. */
	gap_ms: number | null,
};

/** What two people compare to know that nobody sits between them. */
export type SafetyRecord = {
	/** Sixty digits, the same on both sides. */
	digits: string,
	/** What a code for cameras holds, in base64; each side's is its own. */
	payload: string,
};

/** A payment to an address. */
export type SendToAddress = {
	/** `A…` or `F…`. */
	address: string,
	/** How much ABC. */
	amount: string,
	/** Wait until it is final. */
	wait?: boolean,
};

/** A message that was just written; its text is not repeated. */
export type SentMessage = {
	/** Message id. */
	id: string,
	/** The contact's name. */
	contact: string,
	/** When. */
	time: string,
	/** How far it got. */
	state: MessageState,
};

/** See [`SentMessage`]. */
export type SentRecord = {
	/** The message. */
	message: SentMessage,
};

/** What the person has decided about a contact. */
export type Standing = 
/** Wanted. */
"accepted" | 
/** It wrote first and waits for a decision. */
"request" | 
/** Not wanted: it is not shown, and nothing from it is. */
"declined";

/** What a front end asks first: is there a profile, and is there a way to the network? */
export type Status = {
	/** What there is of the profile. */
	profile: ProfileState,
	/** The account of an open profile. */
	account: Account | null,
	/** The way to the network. */
	connection: Connection,
	/** Why the profile is not open, or what a person must do about the network. */
	trouble: ApiError | null,
	/** True once an address of a network is known. */
	network_known: boolean,
	/** True on a network that gives play money away. */
	faucet: boolean,
	/** Of this program. */
	version: string,
};

/** How far an update got. */
export type SyncRecord = {
	/** True if everything was done. */
	synced: boolean,
	/** The newest round whose header has been checked. */
	round: number,
	/** How many rounds the network is said to be ahead. */
	behind: number,
	/** New contents. */
	received: number,
	/** Envelopes that a worker took. */
	sent: number,
};

/** One token's balance. */
export type TokenBalance = {
	/** Which token. */
	token: TokenName,
	/** Final money. */
	total: string,
	/** Of it, at transparent addresses. */
	transparent: string,
	/** Of it, in the private pool. */
	private: string,
	/** Of it, what payments under way will take. */
	pending: string,
};

/** A token of the ledger. */
export type TokenName = 
/** Transferable. */
"ABC" | 
/** Not transferable. */
"ABIT";

/** What may have changed, so that whoever shows it asks again. */
export type Topic = 
/** The account, or whether its profile is open. */
"profile" | 
/** Contacts and their standing. */
"contacts" | 
/** Messages and their states. */
"chat" | 
/** Balances, payments, history. */
"money" | 
/** What the light node has checked. */
"light" | 
/** The way to the network. */
"connection" | 
/** Somebody asks for the window. */
"window" | 
/** Anything: some events were missed. */
"all";

/** What is known of a manager's vote in one round. */
export type VoteMark = 
/** It is part of the certificate. */
"signed" | 
/** The certificate was complete without it. */
"absent" | 
/** The manager was no member. */
"outside" | 
/** The certificate was not looked at. */
"unknown";

/** The 24 words. Redacted when debugged, wiped when dropped. */
export type WordsRecord = {
	/** In order. */
	words: string[],
};

/** Every code that the core itself gives; a node may give others. */
export type Code =
  | "no_profile"
  | "profile_exists"
  | "profile_in_use"
  | "wrong_key"
  | "damaged_profile"
  | "profile_newer"
  | "old_format"
  | "bad_words"
  | "bad_name"
  | "bad_invite"
  | "own_invite"
  | "unknown_contact"
  | "ambiguous_contact"
  | "message_too_long"
  | "empty_message"
  | "bad_payload"
  | "bad_address"
  | "wrong_network"
  | "bad_amount"
  | "insufficient_funds"
  | "faucet_used"
  | "timeout"
  | "no_network"
  | "clock_wrong"
  | "upgrade_needed"
  | "disk_full"
  | "bad_proof"
  | "conflict"
  | "checkpoint_needed"
  | "io"
  | "refused"
  | "internal";

export const commands = {
  /** What there is of the profile and the network. */
  status: () => call<Status>("status", {}),
  /** Tries again to open the profile. Changes: profile. */
  profileOpen: (params: ProfileOpen) => call<Status>("profile_open", params),
  /** Makes a new account. Changes: profile. */
  accountNew: (params: AccountNew) => call<Account>("account_new", params),
  /** Makes an account from its words. Changes: profile. */
  accountRestore: (params: AccountRestore) => call<Account>("account_restore", params),
  /** The account. */
  accountShow: () => call<Account>("account_show", {}),
  /** The 24 words: whoever has them has everything. */
  accountWords: () => call<WordsRecord>("account_words", {}),
  /** Notes that the words are written down. */
  accountConfirmWords: (params: AccountConfirmWords) => call<Account>("account_confirm_words", params),
  /** Remembers an address of the network. Changes: profile. */
  networkAdd: (params: NetworkAdd) => call<Status>("network_add", params),
  /** What the light node has checked. */
  light: () => call<LightRecord>("light", {}),
  /** The ledger and the network as seen from here. */
  explorer: (params: Fresh) => call<Explorer>("explorer", params),
  /** Tries every way to the network. */
  doctor: () => call<Diagnosis>("doctor", {}),
  /** The newest header that is trusted. */
  checkpoint: () => call<CheckpointRecord>("checkpoint", {}),
  /** Begins from a checkpoint. Changes: light, money. */
  checkpointUse: (params: CheckpointUse) => call<SyncRecord>("checkpoint_use", params),
  /** Brings the profile up to date. */
  sync: () => call<SyncRecord>("sync", {}),
  /** Brings the window to the front. Changes: window. */
  windowRaise: () => call<null>("window_raise", {}),
  /** An invite to give to somebody. */
  invite: () => call<InviteRecord>("invite", {}),
  /** Adds the owner of an invite. Changes: contacts. */
  contactAdd: (params: ContactAdd) => call<OneContact>("contact_add", params),
  /** All contacts but the declined ones. */
  contactList: (params: Fresh) => call<Contacts>("contact_list", params),
  /** Accepts somebody who wrote first. Changes: chat. */
  contactAccept: (params: OfContact) => call<OneContact>("contact_accept", params),
  /** Wants nothing from this contact. Changes: chat. */
  contactDecline: (params: OfContact) => call<OneContact>("contact_decline", params),
  /** The safety number, to be compared with a contact. */
  contactSafety: (params: OfContact) => call<SafetyRecord>("contact_safety", params),
  /** Compares what a contact showed with the safety number. */
  contactCompare: (params: ContactCompare) => call<ComparedRecord>("contact_compare", params),
  /** All conversations, newest first. */
  chatList: () => call<Chats>("chat_list", {}),
  /** A conversation as saved. */
  chatMessages: (params: ChatMessages) => call<Conversation>("chat_messages", params),
  /** Notes that a conversation was looked at. */
  chatSeen: (params: ChatSeen) => call<null>("chat_seen", params),
  /** Writes a message: saved first, then sent. */
  chatSend: (params: ChatSend) => call<SentRecord>("chat_send", params),
  /** Tries a message again that was given up. */
  chatRetry: (params: ChatRetry) => call<SentRecord>("chat_retry", params),
  /** A conversation, brought up to date and marked as read. */
  chatRead: (params: ChatRead) => call<Conversation>("chat_read", params),
  /** What a payment would cost. */
  payQuote: (params: PayQuote) => call<QuoteRecord>("pay_quote", params),
  /** Pays a contact or an address. Changes: money. */
  pay: (params: Pay) => call<PaymentRecord>("pay", params),
  /** Pays an address. Changes: money. */
  sendToAddress: (params: SendToAddress) => call<PaymentRecord>("send_to_address", params),
  /** A devnet's gift of play money. Changes: money. */
  faucet: () => call<FaucetRecord>("faucet", {}),
  /** What there is, as last proved. */
  balance: (params: Fresh) => call<Balance>("balance", params),
  /** What came and went. */
  history: (params: HistoryOf) => call<History>("history", params),
};
