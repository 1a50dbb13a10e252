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
	/** True for a profile that looks at what others let it see: nothing is paid or signed with it. */
	review_only: boolean,
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
	/** True for a profile that looks at what others let it see, and never signs. */
	review_only?: boolean,
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

/** A name for an address. */
export type AddressAdd = {
	/** An address of any kind. */
	address: string,
	/** What to call it. */
	name: string,
};

/** The address book, in the order in which addresses were named. */
export type AddressBook = {
	/** The addresses. */
	addresses: NamedAddress[],
};

/** An address and whether its key may sign. */
export type AddressRecord = {
	/** `A…` or `F…`. */
	address: string,
	/** The kind of its key. */
	kind: KeyKind,
	/** True if the account signs with its key. */
	active: boolean,
	/** ABC that lies there outside the account, until that moves to this key. */
	waiting: string,
};

/** The kinds of addresses, as a person has to tell them apart. */
export type AddressSort = 
/** `A…`: public, ECDSA. */
"ecdsa" | 
/** `F…`: public, Falcon. */
"falcon" | 
/** `bcm1…`: private. */
"private";

/** An address of any kind, a payment link, or a name of the address book. */
export type AddressText = {
	/** As somebody wrote it. */
	text: string,
};

/** The addresses of an account. */
export type Addresses = {
	/** `A…`. */
	ecdsa: string,
	/** `F…`. */
	falcon: string,
};

/** An address that is known, and that another one looks like. */
export type AlikeRecord = {
	/** The address. */
	address: string,
	/** Whose it is. */
	whose: Whose,
	/** The contact's name, or that of the address book. */
	name: string | null,
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

/** What a verifier asks somebody with who is to show a payment. */
export type ChallengeRecord = {
	/** Fresh, and remembered: 64 hex digits. */
	challenge: string,
	/** To whom the payment is made out: our reviewer's card, `bcmr:…`. */
	card: string,
	/** The fingerprint of the key on it, in hex: what `bcm-verify --verifier` asks for. */
	verifier: string,
	/** The same in digits, for the discloser to compare. */
	digits: string,
	/** What is remembered of it. */
	showing: ShowingRecord,
};

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

/** A red envelope whose share we have claimed. */
export type ClaimedEnvelope = {
	/** The red envelope. */
	envelope: Envelope,
	/** What we got; null while that is not known. */
	got: string | null,
};

/** A share that somebody has claimed. */
export type ClaimedShare = {
	/** `me`, a contact's name, or null for somebody whose key we do not know. */
	who: string | null,
	/** What it brought, without the fee of the claim; null until it is drawn. */
	amount: string | null,
};

/** What committing to somebody's move would mean. */
export type CommitmentQuote = {
	/** What would be committed to. */
	hash: string,
	/** What our account would pay. */
	fee: string,
	/** Whether it holds that. */
	enough: boolean,
	/** True if it is committed to already, or that is under way: nothing is to be paid. */
	committed: boolean,
};

/** A commitment to somebody's move. */
export type CommitmentRecord = {
	/** Our transaction; nothing if somebody else has paid. */
	tx: string | null,
	/** What we paid. */
	fee: string,
	/** What became of it. */
	state: PaymentState,
	/** The round that includes it. */
	round: number | null,
	/** True if it was made before, so that nothing was left to do. */
	already: boolean,
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

/** Whether a contact's safety number counts as compared. */
export type ContactMark = {
	/** Its id or its name. */
	contact: string,
	/** True if it does. */
	compared: boolean,
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
/** Into the private pool. */
"shield" | 
/** Out of the private pool. */
"unshield" | 
/** From one period account of the private pool to the next. */
"carry_over" | 
/** Several notes of the private pool into one. */
"merge" | 
/** Everything moved at once. */
"sweep" | 
/** The account moved to its Falcon key. */
"migrate" | 
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
"reward" | 
/** A commitment to the move of somebody else's account. */
"rotation";

/** What a reviewer is to know about a private line. */
export type EntryRemark = 
/** The payer says something that cannot be read. */
"unreadable" | 
/** That it is a carry-over is the owner's word; only one side of it is open. */
"stated" | 
/** A carry-over that its owner has proved to be his own money. */
"proved" | 
/** It went where the keys do not show. */
"undisclosed";

/** A red envelope. */
export type Envelope = {
	/** Its id on the ledger. */
	id: string,
	/** In whose chat it is. */
	contact: string,
	/** `me` or the contact's name, which is never `me`. */
	from: string,
	/** What is said with it. */
	text: string,
	/** All of it, in ABC. */
	total: string,
	/** What no share has been made of. */
	left: string,
	/** In how many shares. */
	shares: number,
	/** True if chance divides it. */
	lucky: boolean,
	/** Who got what, by proved records. */
	claimed: ClaimedShare[],
	/** What it is. */
	state: EnvelopeState,
	/** When it ends, as far as can be told now. */
	expires: string,
	/** How we stand to it. */
	share: ShareState,
	/** What we got, or what waits for us. */
	got: string | null,
	/** True if our share goes, or went, into the private pool; false if to the account. */
	to_pool: boolean,
	/** True if its creator made the key of one member, and so could take that share as well. */
	key_shared: boolean,
	/** True of one of ours that came out of the private pool: nobody sees who gave it. */
	private?: boolean,
	/** What came back of such a one, or waits to; null before the end, and if nothing did. */
	back?: string | null,
	/** Names the wish for `transfer_cancel`, while nothing is signed: its id is not known before. */
	transfer?: string | null,
};

/** A share of a red envelope. */
export type EnvelopeClaim = {
	/** The red envelope's id, or its first digits. */
	id: string,
	/** Take it to the account, where everybody sees that it took part, and not into the pool. */
	public?: boolean,
	/** Wait until it is known what it brings. */
	wait?: boolean,
};

/** A red envelope. */
export type EnvelopeCreate = {
	/** A contact's id or name. */
	to: string,
	/** How much ABC in all. */
	amount: string,
	/** In how many shares, 1 to 100. */
	shares: number,
	/** True if chance is to divide it. */
	lucky?: boolean,
	/** What to say with it. */
	text?: string | null,
	/** From the account, so that everybody sees who gives. */
	public?: boolean,
	/** As for a payment. */
	background?: boolean,
	/** As for a payment. */
	top_up?: string | null,
	/** Wait until the ledger has it, for a while. */
	wait?: boolean,
};

/** What a red envelope is. */
export type EnvelopeState = 
/** The ledger does not have it yet. */
"queued" | 
/** It has shares that nobody has claimed. */
"open" | 
/** All shares are claimed. */
"done" | 
/** It is over; what nobody claimed has gone back. */
"refunded" | 
/** There is none, and never will be. */
"failed";

/** All red envelopes, in the order they were told. */
export type Envelopes = {
	/** The red envelopes. */
	envelopes: Envelope[],
	/** Whether the profile was brought up to date first. */
	synced: boolean,
};

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

/** A text of the window that is to lie in the folder of downloads. */
export type FileSave = {
	/** What it is. */
	kind: SavedKind,
	/** As the window shows it. */
	text: string,
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
"trust_frozen" | 
/** The managers stop the private pool soon. */
"pool_stopping" | 
/** They have stopped it. */
"pool_stopped" | 
/** The managers switch ECDSA off soon. */
"ecdsa_ending" | 
/** They have switched it off. */
"ecdsa_off";

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

/** A grant that was given just now. */
export type GivenRecord = {
	/** The grant. */
	grant: GrantRecord,
	/** How it goes to its grantee. */
	delivery: GrantDelivery,
	/** Of a file, the sealed card in hex; the command line puts its path here. */
	card: string | null,
};

/** How a grant goes to its grantee. */
export type GrantDelivery = 
/** Over chat; no worker has confirmed it yet. */
"queued" | 
/** Over chat; a worker holds it. */
"sent" | 
/** As a sealed file. */
"file";

/** What is shown before a grant is signed. */
export type GrantPreview = {
	/** To whom. */
	grantee: string,
	/**
	 *  What to compare with the grantee before: the safety number of a contact, or the digits of a
	 *  reviewer's card.
	 */
	digits: string,
	/** The months that would be opened. */
	months: string[],
	/** The present month. */
	now: string,
};

/** A review grant, given or received. */
export type GrantRecord = {
	/** Names it for ever. */
	serial: string,
	/** The account that it opens. */
	account: string,
	/** To whom it is made out. */
	grantee: string,
	/** What it opens. */
	strength: GrantStrength,
	/** The months, such as `2026-11`, in UTC. */
	months: string[],
	/** The last month of a standing grant that ends by itself. */
	until: string | null,
	/** What for. */
	purpose: string,
	/** The case that it belongs to. */
	case: string | null,
	/** When it was issued. */
	issued: string,
	/** What has become of it. */
	state: GrantState,
	/** Whose account it opens: `me`, a contact's name, or the first digits of the id. */
	owner: string,
	/** The grantee's fingerprint, in digits. */
	digits: string,
	/** When it was stopped. */
	stopped: string | null,
	/**
	 *  Whether the ledger says that the account's strongest key has signed it; null before it was
	 *  asked, and for our own.
	 */
	proved: boolean | null,
	/** Of one payment that we have shown: its transaction, as the history has it. */
	tx: string | null,
	/** Of one payment: the last moment at which it counts. */
	not_after: string | null,
	/** Of one payment that was shown to us: what it shows, checked. */
	payment: ShownPayment | null,
};

/** What has become of a review grant. */
export type GrantState = 
/** Its months go on. */
"active" | 
/** Its months are over: nothing new is seen. */
"ended" | 
/** Its owner has stopped it: nothing new is seen. */
"stopped";

/** What a review grant opens. */
export type GrantStrength = 
/** Both directions of the months named. */
"period" | 
/** Receipts of the months named, and nothing else. */
"incoming" | 
/** The months named, and each new one until an end or until it is stopped. */
"standing" | 
/** All months so far. */
"full" | 
/** One payment, shown to one verifier. */
"payment";

/** All grants. */
export type Grants = {
	/** Those that we have given, in order. */
	given: GrantRecord[],
	/** Those that we have received, in order. */
	received: GrantRecord[],
	/** Who is to show whom a payment, in order; nothing that an answer which holds has ended. */
	asked: ShowingRecord[],
	/** Whether the profile was brought up to date first. */
	synced: boolean,
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
	/** What is being done for a private payment that is not signed yet. */
	step?: TransferStep | null,
	/** Of an account that we review, what is to be known about a private line; null for all others. */
	remark: EntryRemark | null,
	/** The request of ours at whose own address in the private pool this came in. */
	request?: string | null,
	/**
	 *  The label of the link, or of the address that was shown, at which this came in. Without it, a
	 *  contact or a request, nobody knows who has paid a private receipt.
	 */
	label?: string | null,
	/** True for what another device of the same words has on its way. */
	elsewhere?: boolean,
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

/** Which kinds of keys sign for the account. */
export type KeyStage = 
/** ECDSA alone: a quantum computer could take what is there. */
"ecdsa" | 
/** Both: it still could. */
"both" | 
/** Falcon alone. */
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
	/** From this round on the private pool takes nothing; null unless the managers have decided it. */
	pool_stop: number | null,
	/** From this round on ECDSA is off; null unless the managers have decided it. */
	ecdsa_off: number | null,
	/** The home worker. */
	worker: string | null,
	/** Where it was reached last. */
	address: string | null,
};

/** A link by which we can be paid. */
export type LinkCreate = {
	/** How much ABC; the payer decides if it is left out. */
	amount?: string | null,
	/** What for. */
	memo?: string | null,
	/** Until when: a date or time. */
	expires?: string | null,
	/** To be paid in the private pool, at an address that this link alone has. */
	private?: boolean,
};

/** A payment link. */
export type LinkRecord = {
	/** `bcm:pay?…`. */
	link: string,
	/** The address that it pays. */
	to: string,
	/** Of which kind that is. */
	kind: AddressSort,
	/** How much; null if the payer decides. */
	amount: string | null,
	/** What for. */
	memo: string | null,
	/** Until when. */
	expires: string | null,
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
	/** The red envelope that it brings. */
	envelope: Envelope | null,
	/** The request of payment that it brings. */
	request: RequestRecord | null,
	/** The challenge to show a payment that it brings, if that has its own id, or answers. */
	showing: ShowingRecord | null,
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

/** A move to Falcon. */
export type Migrate = {
	/** Wait until it is final. */
	wait?: boolean,
};

/** What moving to Falcon means for the account. */
export type MoveOutlook = {
	/** Which keys sign now. */
	stage: KeyStage,
	/** The account's first address. */
	from: string,
	/** The address of its Falcon key. */
	to: string,
	/** ABC that it holds. */
	amount: string,
	/** ABC that lies at the address of the Falcon key, and joins the account with the move. */
	waiting: string,
	/** ABIT that it holds, which no sweep takes along. */
	abit: string,
	/** ABC that is locked as bonds, which no sweep takes along. */
	bonded: string,
	/** What moving in place costs; nothing without a network. */
	fee: string | null,
	/** Whether the account holds that. */
	enough: boolean,
	/** The round since which Falcon signs alone. */
	since: number | null,
	/** The last move in place that was asked for here. */
	migrate: MoveRecord | null,
	/** The last sweep that was asked for here, but for what it took out of the private pool. */
	sweep: MoveRecord | null,
	/** ABC that lies in the private pool and is free. */
	private?: string,
	/** The last sweep of the private pool that was asked for here. */
	pool?: TransferRecord | null,
};

/** A move to Falcon: in place, or of everything to another address. */
export type MoveRecord = {
	/** Transaction id. */
	tx: string,
	/** All of its transactions that are signed: one for the account, one out of the private pool. */
	txs: string[],
	/** The Falcon address. */
	to: string,
	/** Which token. */
	token: TokenName,
	/** All that moves with it. */
	amount: string,
	/** What it costs beside that, as far as it is signed. */
	fee: string,
	/** True if it takes along what lies in the private pool. */
	private: boolean,
	/** What has become of it so far: as far as the part that has got least far. */
	state: PaymentState,
	/** The round that made all of it final. */
	round: number | null,
	/** True if it was done before, so that nothing was left to do. */
	already: boolean,
	/** What it pays out of the private pool; until that is signed, its amount is what is foreseen. */
	pool?: TransferRecord | null,
};

/** An address of the address book. */
export type NamedAddress = {
	/** The address. */
	address: string,
	/** Of which kind it is. */
	kind: AddressSort,
	/** As the person calls it. */
	name: string,
	/** When it was named first. */
	added: string,
	/** When it was paid first; null if it never was. */
	first_paid: string | null,
};

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

/** A challenge to show a payment. */
export type OfChallenge = {
	/** Its id, or the first digits of that. */
	id: string,
	/** Wait for a worker's acknowledgement. */
	wait?: boolean,
};

/** A contact. */
export type OfContact = {
	/** Its id or its name. */
	contact: string,
};

/** A request. */
export type OfRequest = {
	/** The request's id, or its first digits. */
	id: string,
	/** Wait for what comes of it. */
	wait?: boolean,
};

/** A private payment. */
export type OfTransfer = {
	/** Its id. */
	id: string,
};

/** One address of the address book. */
export type OneAddress = {
	/** The address. */
	address: NamedAddress,
};

/** One contact, such as the one that was added. */
export type OneContact = {
	/** The contact. */
	contact: ContactRecord,
};

/** One red envelope. */
export type OneEnvelope = {
	/** The red envelope. */
	envelope: Envelope,
};

/** One grant. */
export type OneGrant = {
	/** The grant. */
	grant: GrantRecord,
};

/** One request. */
export type OneRequest = {
	/** The request. */
	request: RequestRecord,
};

/** One challenge. */
export type OneShowing = {
	/** The challenge. */
	showing: ShowingRecord,
};

/** One private payment. */
export type OneTransfer = {
	/** The payment. */
	transfer: TransferRecord,
};

/** Which way a connection takes. */
export type Path = 
/** From us to it. */
"direct" | 
/** Through another node. */
"relayed";

/** A payment. */
export type Pay = {
	/** A contact's id or name, an address, a name of the address book, or a payment link. */
	to: string,
	/** How much ABC; may be left out if a link says it. */
	amount?: string | null,
	/** What it is for; only the payee sees it. */
	memo?: string | null,
	/** From the account, so that everybody sees payer, payee and amount. */
	public?: boolean,
	/** Out of the private pool, or not at all. */
	private?: boolean,
	/** Also to an address that looks like another one that is known. */
	sure?: boolean,
	/** Come back once it is saved, while its proof is still being made. */
	background?: boolean,
	/**
	 *  What its quote said goes into the private pool first; more is refused. Left out, what it
	 *  takes is put in.
	 */
	top_up?: string | null,
	/** Wait until it is final. */
	wait?: boolean,
};

/** A payment that is thought about. */
export type PayQuote = {
	/** A contact's id or name, or an address. */
	to: string,
	/** How much ABC; may be left out if a link says it. */
	amount?: string | null,
	/** As for a payment. */
	public?: boolean,
	/** As for a payment. */
	private?: boolean,
	/** The id of the request of that contact that it would pay; it says how much. */
	request?: string | null,
};

/** A claim about a payment that was proved. */
export type PaymentClaimRecord = {
	/** `discloser`, `made_out_to_you`, `final` or `payment`. */
	claim: string,
	/** What it says, for people. */
	sentence: string,
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
	/** What was put into the private pool for it first: everybody sees that, and who did. */
	top_up?: string | null,
	/** What former months hold of the private pool and moves on first. */
	carry_over?: string | null,
	/** How often notes of the private pool are made one first, because a payment takes no more. */
	merges?: number,
	/** Names a private payment for `transfer_cancel`. */
	transfer?: string | null,
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
"expired" | 
/** The person called it off before anything was signed. */
"cancelled";

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

/** The private pool as its owner sees it. */
export type PoolRecord = {
	/** How much ABC lies in it. */
	held: string,
	/** In how many notes. */
	notes: number,
	/** Notes that are worth less than it costs to move them, and stay where they are. */
	small: SmallNote[],
	/** What all of these are worth. */
	small_total: string,
	/** What is being put in: its proof is not made yet. */
	putting_in: string | null,
	/** Whether the profile was brought up to date first. */
	synced: boolean,
};

/** An address in the private pool. */
export type PrivateAddress = {
	/** What it is for: another one for each label. */
	label?: string,
};

/** An address in the private pool. */
export type PrivateAddressRecord = {
	/** `bcm1…`; for whoever is to pay, not for everybody. */
	address: string,
	/** The day from which another one is to be given, in UTC. */
	until: string,
};

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
	/** What there is to pay with: in the private pool, or in the account. */
	available: string,
	/** True if it would be paid out of the private pool. */
	private: boolean,
	/** What would be put into the private pool first: everybody would see that, and who did. */
	top_up: string | null,
	/** What former months hold of the private pool and would move on first. */
	carry_over: string | null,
	/** How often notes of the private pool would be made one first, because a payment takes no more. */
	merges: number,
	/** What everybody would see of it. */
	shows: Shown,
	/** True if it can be paid the other way as well, publicly or privately. */
	choice: boolean,
	/** For a contact, whether the safety numbers have been compared; null for an address. */
	verified: boolean | null,
};

/** Money that is asked for. */
export type RequestCreate = {
	/** A contact's id or name. */
	to: string,
	/** How much ABC. */
	amount: string,
	/** What for. */
	memo?: string | null,
	/** Until when: a date or time. */
	expires?: string | null,
	/** Wait for a worker's acknowledgement. */
	wait?: boolean,
};

/** A request that is to be paid. */
export type RequestPay = {
	/** The request's id, or its first digits. */
	id: string,
	/** As for a payment. */
	public?: boolean,
	/** As for a payment. */
	private?: boolean,
	/** As for a payment. */
	background?: boolean,
	/** As for a payment. */
	top_up?: string | null,
	/** Wait for what comes of it. */
	wait?: boolean,
};

/** A request of payment. */
export type RequestRecord = {
	/** Its id; that of the message that brings it. */
	id: string,
	/** The other side. */
	contact: string,
	/** Who asks: `me` or the contact's name, which is never `me`. */
	from: string,
	/** How much. */
	amount: string,
	/** Which token. */
	token: TokenName,
	/** What for; null for nothing. */
	memo: string | null,
	/** Until when it is wanted; null for no end. */
	expires: string | null,
	/** When it was told. */
	time: string,
	/** What has become of it. `paid` only if our own proved history says so. */
	state: RequestState,
	/** The payment that settles it, or is said to. */
	payment: PaymentOfMessage | null,
	/** What has come for one of ours that is less than was asked for; null for nothing. */
	received?: string | null,
};

/** A bill. */
export type RequestSplit = {
	/** The whole of it, in ABC. */
	amount: string,
	/** Who pays a share: contacts' ids or names. */
	contacts: string[],
	/** True if one share is ours. */
	with_me?: boolean,
	/** What for. */
	memo?: string | null,
	/** Until when: a date or time. */
	expires?: string | null,
	/** Wait for a worker's acknowledgement. */
	wait?: boolean,
};

/** What has become of a request of payment. */
export type RequestState = 
/** It can be paid. */
"open" | 
/** Our payment of it is on its way. */
"paying" | 
/** It is paid, as the ledger proves. */
"paid" | 
/** Whoever was asked does not want to pay. */
"declined" | 
/** Whoever asked does not want it any more. */
"withdrawn" | 
/** Its time is over. */
"expired";

/** Requests, in the order they were told. */
export type Requests = {
	/** The requests. */
	requests: RequestRecord[],
	/** Whether the profile was brought up to date first. */
	synced: boolean,
};

/** A payment that somebody is to show us. */
export type ReviewChallenge = {
	/** A contact's id or name; nobody if the challenge is handed over by other means. */
	to?: string | null,
	/** Which payment is meant, in words. */
	which?: string | null,
	/** What for. */
	purpose?: string | null,
	/** For how many days it counts; 30 if nothing is said. */
	days?: number | null,
	/** Wait for a worker's acknowledgement. */
	wait?: boolean,
};

/** A payment that somebody shows us. */
export type ReviewCheck = {
	/** The file, in hex. */
	file: string,
};

/** A review grant. */
export type ReviewGrant = {
	/** A contact's id or name, or the text of a reviewer's card. */
	to: string,
	/** `2026-11`, `2026-11..` or `2026-11..2027-01`; not needed for a full history. */
	months?: string | null,
	/** period, incoming, standing, full or payment. */
	strength: string,
	/** The last month of a standing grant. */
	until?: string | null,
	/** What for. */
	purpose: string,
	/** The case that it belongs to. */
	case?: string | null,
	/** Of one payment: its transaction, as the history has it. */
	tx?: string | null,
	/** Of one payment: what its verifier has asked to be answered, 64 hex digits. */
	challenge?: string | null,
	/** Of one payment as a file: for how many days it counts; 7 if nothing is said. */
	days?: number | null,
	/** Of one payment: as a file, not over chat. */
	file?: boolean,
};

/** A card that came as a file. */
export type ReviewImport = {
	/** The file, in hex. */
	card: string,
};

/** A review grant that is thought about. */
export type ReviewPreview = {
	/** A contact's id or name, or the text of a reviewer's card. */
	to: string,
	/** As for a grant. */
	months?: string | null,
	/** period, incoming, standing or full. */
	strength: string,
	/** The last month of a standing grant. */
	until?: string | null,
};

/** A statement that is to lie in the folder of downloads. */
export type ReviewSave = {
	/** `me`, the own id, a contact's name or id, or a received grant's number. */
	account: string,
	/** From this date or time on. */
	from: string,
	/** Before this date or time. */
	to: string,
	/** How it is to be written. */
	format?: StatementFormat,
	/** The zone of local times, such as `+08:00`; UTC if it is left out. */
	zone?: string | null,
	/** Private receipts alone, without balances. */
	receipts?: boolean,
};

/** An account that we review. */
export type ReviewShow = {
	/** A contact's id or name, an OpenID, or a grant's number. */
	whose: string,
	/** Bring it up to date first. */
	sync?: boolean,
};

/** A statement. */
export type ReviewStatement = {
	/** `me`, the own id, a contact's name or id, or a received grant's number. */
	account: string,
	/** From this date or time on. */
	from: string,
	/** Before this date or time. */
	to: string,
	/** How it is to be written. */
	format?: StatementFormat,
	/** The zone of local times, such as `+08:00`; UTC if it is left out. */
	zone?: string | null,
	/** Private receipts alone, without balances. */
	receipts?: boolean,
	/** With the viewing keys that it names: secret. */
	keys?: boolean,
	/** With the stream of all bundles of the private pool. */
	stream?: boolean,
};

/** A grant of ours. */
export type ReviewStop = {
	/** Its number, or its first digits. */
	serial: string,
};

/** A reviewed account. */
export type Reviewed = {
	/** The account. */
	account: string,
	/** A contact's name, or the first digits of the id. */
	name: string,
	/** The grants that open it. */
	grants: string[],
	/**
	 *  Its balances, as last proved; of ABC, `private` is what lies in the months that are open in both
	 *  directions.
	 */
	tokens: TokenBalance[],
	/** Its history, each line proved. */
	entries: HistoryEntry[],
	/** What left the pool in bundles of these keys without being opened by them. */
	undisclosed_outflow: string,
	/** The round whose header proves it. */
	round: number,
	/** Whether it was brought up to date first. */
	synced: boolean,
	/** What is known of the private side. */
	pool: ReviewedPool,
	/** The round up to which the granted keys have read the private pool; null before they have. */
	pool_round: number | null,
	/** The months that are open in both directions, such as `2026-11`. */
	months: string[],
	/** The months whose receipts alone are open. */
	receipt_months: string[],
	/**
	 *  Other accounts whose owners have granted one of the same private keys as their own: one of
	 *  them says what is not true.
	 */
	claimed_by: string[],
	/** How many proofs of carry-overs came with its grants that did not hold. */
	refused_proofs: number,
};

/** What is known of the private side of a reviewed account. */
export type ReviewedPool = 
/** The granted keys were not tried on the pool yet: its side is not shown. */
"not_scanned" | 
/** The keys show receipts alone: no payments, no change, no balance. */
"receipts" | 
/** The keys show both directions and the balance of the months that were granted. */
"months";

/** What others seal grants to. */
export type ReviewerRecord = {
	/** The card as text: `bcmr:…`. */
	card: string,
	/** Thirty digits, to be compared before anybody seals to it. */
	digits: string,
};

/** A commitment to somebody's move. */
export type RotationCommit = {
	/** `bcm:rotate?…`. */
	text: string,
	/** Wait until it is final. */
	wait?: boolean,
};

/** How far our own account is. */
export type RotationRecord = {
	/** How far it is. */
	stage: RotationStage,
	/**
	 *  `bcm:rotate?…`: what to give to somebody whose account has a Falcon key; nothing if that is not
	 *  needed, or not any more.
	 */
	text: string | null,
	/** From which round on the account can move, while it waits for that. */
	ready: number | null,
	/** The newest round. */
	round: number,
};

/** How far an account is that moves to Falcon once ECDSA is switched off. */
export type RotationStage = 
/** It moves like any account, or has moved. */
"not_needed" | 
/** Its ECDSA key was shown before: nothing moves it any more. */
"key_shown" | 
/** Nobody has committed to its move yet. */
"needed" | 
/** Somebody has; a hundred rounds lie between that and the move. */
"waits" | 
/** It can move. */
"ready";

/** What somebody asks to be committed to. */
export type RotationText = {
	/** `bcm:rotate?…`. */
	text: string,
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

/** A text of the window that was written into a file. */
export type SavedFile = {
	/** Where the file lies. */
	path: string,
};

/** What the window shows as a text and others take as a file. */
export type SavedKind = 
/** A review key that is sealed to a card. */
"review_key" | 
/** One payment, shown to one verifier. */
"payment" | 
/** What others seal review keys to. */
"reviewer_card";

/** What is known of an address before it is paid. */
export type SeenRecord = {
	/** The address. */
	to: string,
	/** Of which kind it is. */
	kind: AddressSort,
	/** Whose it is, as far as this profile knows. */
	whose: Whose,
	/** The contact's name, or that of the address book. */
	name: string | null,
	/** True if it has never been paid and is nobody's we know: to be asked once. */
	first: boolean,
	/** Another address that people take this one for, by its ends. */
	looks_like: AlikeRecord | null,
	/** What a payment link says besides; null for an address. */
	link: LinkRecord | null,
};

/** Everything, to a Falcon address. */
export type SendAllToFalcon = {
	/** `F…`, with `falcon:` before it or not. */
	address: string,
	/** What lies in the private pool as well. */
	with_private?: boolean,
	/** Come back once it is saved: what the pool pays is proved meanwhile. */
	background?: boolean,
	/** Wait until it is final. */
	wait?: boolean,
};

/** A payment to an address. */
export type SendToAddress = {
	/** `A…`, `F…` or `bcm1…`. */
	address: string,
	/** How much ABC. */
	amount: string,
	/** Also to an address that looks like another one that is known. */
	sure?: boolean,
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

/** How we stand to a red envelope. */
export type ShareState = 
/** It has no share for us. */
"none" | 
/** We have not claimed. */
"unclaimed" | 
/** Our claim is under way, or its amount is not drawn yet. */
"claiming" | 
/** Ours. */
"got" | 
/**
 *  Ours, and it waits on the ledger: it goes into the pool next, or to the account once that
 *  is open, for which it is too little.
 */
"waiting" | 
/** Ours, and on its way from the ledger. */
"collecting" | 
/** Ours, and worth no more than taking it costs: it stays on the ledger. */
"too_small" | 
/** Too late. */
"missed";

/** A challenge to show a payment, ours or a contact's. */
export type ShowingRecord = {
	/** Names it. */
	id: string,
	/** The other side; null for a challenge of ours that did not go over chat. */
	contact: string | null,
	/** Who asks: `me` or the contact's name. */
	from: string,
	/** What is to be answered: 64 hex digits. */
	challenge: string,
	/** Which payment is meant, in words. */
	which: string,
	/** What for. */
	purpose: string,
	/** When it was told. */
	time: string,
	/** The last moment at which an answer counts. */
	not_after: string,
	/** What has become of it. */
	state: ShowingState,
	/** Of an answer that does not hold, the code that says why. */
	code: string | null,
	/** The same in words. */
	why: string | null,
	/** What an answer to us shows, checked. */
	payment: ShownPayment | null,
};

/** What has become of a challenge to show a payment. */
export type ShowingState = 
/** It can be answered. */
"open" | 
/** It is answered: the other side judges ours, our light node has not checked a contact's yet. */
"answered" | 
/** The answer holds. */
"proved" | 
/** The answer does not hold; another one may. */
"refused" | 
/** Whoever was asked does not want to show it. */
"declined" | 
/** Whoever asked does not want it any more. */
"withdrawn" | 
/** Its time is over. */
"expired";

/** What everybody would see of a payment. */
export type Shown = 
/** That somebody pays somebody privately, and the fee. */
"nothing" | 
/** Whom and how much, not who pays. */
"payee" | 
/** The red envelope: how much is in it and when it was made, not who gives it, nor to whom. */
"envelope" | 
/** Payer, payee and amount. */
"all";

/** A payment that somebody has shown us, checked. */
export type ShownPayment = {
	/** Who shows it: `payer` or `payee`. */
	role: string,
	/** How much was paid. */
	amount: string,
	/** Of what. */
	token: string,
	/** To which address, as it reads if it was given out for that month. */
	address: string,
	/** What the payer said with it. */
	memo: string | null,
	/** When it was. */
	time: string,
	/** The round that made it final. */
	round: number,
	/** What the discloser calls the transaction. */
	tx: string,
	/** The account that answers for it, if one does. */
	account: string | null,
	/** What the discloser says about it. */
	said: string,
	/** Until when it counts. */
	not_after: string,
	/** Each claim with what became of it: all are proved. */
	claims: PaymentClaimRecord[],
	/** What it proves. */
	proves: string,
	/** What it does not prove. */
	limits: string[],
};

/** A note that stays where it is. */
export type SmallNote = {
	/** How much ABC. */
	amount: string,
	/** The month of its account, such as `2026-11`. */
	month: string,
	/** When it came. */
	time: string,
};

/** A bill that was split. */
export type SplitRecord = {
	/** The bill. */
	total: string,
	/** Our own share, of which nobody is asked; `0` if we have none. */
	mine: string,
	/** One request each. */
	requests: RequestRecord[],
};

/** What the person has decided about a contact. */
export type Standing = 
/** Wanted. */
"accepted" | 
/** It wrote first and waits for a decision. */
"request" | 
/** Not wanted: it is not shown, and nothing from it is. */
"declined";

/** A statement that was made. */
export type StatementFile = {
	/** How the file is written. */
	format: StatementFormat,
	/** The beginning of the period. */
	from: string,
	/** Its end: what was asked for, or just behind the newest header. */
	to: string,
	/** The last round of it. */
	closed_round: number,
	/** How many entries it has. */
	entries: number,
	/** ABC at the beginning, in the pool and outside of it; none where only receipts are listed. */
	opening: string | null,
	/** The same at the end. */
	closing: string | null,
	/** The file itself, in base64. */
	file: string,
	/** The file of the viewing keys, in base64, if it was asked for: secret. */
	keys: string | null,
	/** The file of the stream, in base64, if it was asked for. */
	stream: string | null,
};

/** How a statement is written. */
export type StatementFormat = 
/** With its proofs: what `bcm-verify` checks. */
"json" | 
/** A table. */
"csv" | 
/** Pages, with the file that proves them inside. */
"pdf";

/** A statement that was written into a file. */
export type StatementSaved = {
	/** Where the file lies. */
	path: string,
	/** How it is written. */
	format: StatementFormat,
	/** The beginning of the period. */
	from: string,
	/** Its end: what was asked for, or just behind the newest header. */
	to: string,
	/** How many entries it has. */
	entries: number,
	/** ABC at the beginning, in the pool and outside of it; none where only receipts are listed. */
	opening: string | null,
	/** The same at the end. */
	closing: string | null,
};

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

/** Money into the private pool. */
export type TopUp = {
	/** How much ABC. */
	amount: string,
	/** Wait until it is final. */
	wait?: boolean,
};

/** Money into the private pool, while everything else goes on. */
export type TopUpLater = {
	/** How much ABC. */
	amount: string,
};

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
/** Review grants. */
"review" | 
/** What the light node has checked. */
"light" | 
/** The way to the network. */
"connection" | 
/** Somebody asks for the window. */
"window" | 
/** Anything: some events were missed. */
"all";

/** Private payments. */
export type TransferList = {
	/** Only those to this contact, by its id or name. */
	contact?: string | null,
};

/** A private payment that is under way, or that ended before anything was signed. */
export type TransferRecord = {
	/** Names the wish; `transfer_cancel` takes it. */
	id: string,
	/** As the history calls it. */
	tx: string,
	/** The contact's OpenID, if it is for one. */
	contact: string | null,
	/** The contact's name or the address. */
	to: string,
	/** Which token. */
	token: TokenName,
	/** What the payee gets. */
	amount: string,
	/** What it is for. */
	memo: string | null,
	/** When it was asked for. */
	time: string,
	/** What has become of it so far; `queued` while nothing is sent. */
	state: PaymentState,
	/** What is being done for it; null once it is signed, or over. */
	step: TransferStep | null,
	/** Since when its proof is being made. */
	since: string | null,
	/** What more would have had to go into the pool, of which nobody was told: it was given up for that. */
	asks: string | null,
	/** True for a red envelope. */
	envelope?: boolean,
};

/** What is being done for a private payment that is not signed yet. */
export type TransferStep = 
/** It waits for a round that has the money, or for its turn. */
"waiting" | 
/** Money is put into the private pool for it. */
"top_up" | 
/** Money of a former account of the pool is moved to the present one. */
"carry_over" | 
/** Several notes of the pool are made one. */
"merge" | 
/** Its proof is being made. */
"proving";

/** Private payments, in the order they were asked for. */
export type Transfers = {
	/** Those under way, and those that ended before anything was signed. */
	transfers: TransferRecord[],
};

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

/** Whose an address is, as far as a profile knows. */
export type Whose = 
/** Our own. */
"ours" | 
/** A contact's. */
"contact" | 
/** It stands in the address book. */
"named" | 
/** It was paid before. */
"paid" | 
/** Nothing is known of it. */
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
  | "move_under_way"
  | "other_keys"
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
  /** Marks a safety number as compared, or not. Changes: chat. */
  contactMark: (params: ContactMark) => call<OneContact>("contact_mark", params),
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
  /** Private payments under way, and those that were given up. */
  transferList: (params: TransferList) => call<Transfers>("transfer_list", params),
  /** Calls a private payment off. Changes: money, chat. */
  transferCancel: (params: OfTransfer) => call<OneTransfer>("transfer_cancel", params),
  /** An address in the private pool. */
  privateAddress: (params: PrivateAddress) => call<PrivateAddressRecord>("private_address", params),
  /** Puts money into the private pool. Changes: money. */
  topUp: (params: TopUp) => call<PaymentRecord>("top_up", params),
  /** Puts money into the pool meanwhile. Changes: money. */
  topUpLater: (params: TopUpLater) => call<PoolRecord>("top_up_later", params),
  /** The private pool as its owner sees it. */
  poolShow: (params: Fresh) => call<PoolRecord>("pool_show", params),
  /** Pays an address. Changes: money. */
  sendToAddress: (params: SendToAddress) => call<PaymentRecord>("send_to_address", params),
  /** Moves the account to its Falcon key. Changes: money. */
  migrate: (params: Migrate) => call<MoveRecord>("migrate", params),
  /** Pays everything to a Falcon address. Changes: money. */
  sendAllToFalcon: (params: SendAllToFalcon) => call<MoveRecord>("send_all_to_falcon", params),
  /** What our move needs once ECDSA is off, and how far it is. */
  rotationShow: () => call<RotationRecord>("rotation_show", {}),
  /** What committing to somebody's move would cost. */
  rotationQuote: (params: RotationText) => call<CommitmentQuote>("rotation_quote", params),
  /** Pays for the commitment to a move. Changes: money. */
  rotationCommit: (params: RotationCommit) => call<CommitmentRecord>("rotation_commit", params),
  /** What moving to Falcon means for the account. */
  moveOutlook: (params: Fresh) => call<MoveOutlook>("move_outlook", params),
  /** Gives in a chat, in shares. Changes: money, chat. */
  envelopeCreate: (params: EnvelopeCreate) => call<OneEnvelope>("envelope_create", params),
  /** What a red envelope would take. */
  envelopeQuote: (params: EnvelopeCreate) => call<QuoteRecord>("envelope_quote", params),
  /** Takes a share. Changes: money, chat. */
  envelopeClaim: (params: EnvelopeClaim) => call<ClaimedEnvelope>("envelope_claim", params),
  /** All red envelopes, as last proved. */
  envelopeList: (params: Fresh) => call<Envelopes>("envelope_list", params),
  /** A devnet's gift of play money. Changes: money. */
  faucet: () => call<FaucetRecord>("faucet", {}),
  /** What there is, as last proved. */
  balance: (params: Fresh) => call<Balance>("balance", params),
  /** All entries of a period, with their proofs. */
  reviewStatement: (params: ReviewStatement) => call<StatementFile>("review_statement", params),
  /** Writes all entries of a period into the folder of downloads. */
  reviewSave: (params: ReviewSave) => call<StatementSaved>("review_save", params),
  /** Writes a text of the window into the folder of downloads. */
  fileSave: (params: FileSave) => call<SavedFile>("file_save", params),
  /** What came and went. */
  history: (params: HistoryOf) => call<History>("history", params),
  /** Asks a contact for money. Changes: chat. */
  requestCreate: (params: RequestCreate) => call<OneRequest>("request_create", params),
  /** Splits a bill among contacts. Changes: chat. */
  requestSplit: (params: RequestSplit) => call<SplitRecord>("request_split", params),
  /** All requests of payment. */
  requestList: (params: Fresh) => call<Requests>("request_list", params),
  /** Pays what a contact asks for. Changes: money, chat. */
  requestPay: (params: RequestPay) => call<OneRequest>("request_pay", params),
  /** Declines a request, or withdraws one's own. Changes: chat. */
  requestDecline: (params: OfRequest) => call<OneRequest>("request_decline", params),
  /** A link by which anybody can pay us. */
  linkCreate: (params: LinkCreate) => call<LinkRecord>("link_create", params),
  /** What is known of an address before it is paid. */
  addressLook: (params: AddressText) => call<SeenRecord>("address_look", params),
  /** Gives an address a name. Changes: money. */
  addressAdd: (params: AddressAdd) => call<OneAddress>("address_add", params),
  /** The address book. */
  addressList: () => call<AddressBook>("address_list", {}),
  /** Strikes an address out of the book. Changes: money. */
  addressRemove: (params: AddressText) => call<OneAddress>("address_remove", params),
  /** What a review grant would open, and for whom. */
  reviewPreview: (params: ReviewPreview) => call<GrantPreview>("review_preview", params),
  /** Gives a review key. Changes: review, chat. */
  reviewGrant: (params: ReviewGrant) => call<GivenRecord>("review_grant", params),
  /** Takes a review key that came as a file. Changes: review. */
  reviewImport: (params: ReviewImport) => call<OneGrant>("review_import", params),
  /** Stops a review grant. Changes: review. */
  reviewStop: (params: ReviewStop) => call<OneGrant>("review_stop", params),
  /** All review grants, given and received. */
  reviewList: (params: Fresh) => call<Grants>("review_list", params),
  /** An account that we review, as proved. */
  reviewShow: (params: ReviewShow) => call<Reviewed>("review_show", params),
  /** Asks somebody to show us a payment. Changes: review, chat. */
  reviewChallenge: (params: ReviewChallenge) => call<ChallengeRecord>("review_challenge", params),
  /** Declines to show a payment, or withdraws one's own wish. Changes: review, chat. */
  reviewDecline: (params: OfChallenge) => call<OneShowing>("review_decline", params),
  /** Checks a payment that somebody shows us. Changes: review. */
  reviewCheck: (params: ReviewCheck) => call<ShownPayment>("review_check", params),
  /** What others seal grants to. */
  reviewCard: () => call<ReviewerRecord>("review_card", {}),
};
