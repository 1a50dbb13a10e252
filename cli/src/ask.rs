//! Asking for money on the command line: requests, bills, payment links, the address book; and asking
//! a person once before a new address is paid.

use std::io::{BufRead, IsTerminal, Write, stderr, stdin};
use std::process::ExitCode;

use api::{
    AddressBook, AddressSort, Error, LinkRecord, NamedAddress, OneAddress, OneRequest,
    RequestRecord, RequestState, Requests, SeenRecord, SplitRecord, Whose,
};
use clap::Subcommand;
use serde_json::json;

use crate::human::one_line;
use crate::run::Runner;

#[derive(Debug, Subcommand)]
pub(crate) enum Request {
    /// Ask a contact for money
    Create {
        /// A contact's name or id
        contact: String,
        /// How much ABC, such as 12.5
        #[arg(allow_hyphen_values = true)]
        amount: String,
        /// What for
        #[arg(long, value_name = "M", allow_hyphen_values = true)]
        memo: Option<String>,
        /// Until when, such as 2026-12-24
        #[arg(long, value_name = "T")]
        expires: Option<String>,
    },
    /// All requests, yours and those of contacts
    List,
    /// Pay what a contact asks for; asked again, it is paid once all the same
    Pay {
        /// The request's id, or its first digits
        id: String,
        /// Pay transparently: amount, payer and payee are public
        #[arg(long, conflicts_with = "private")]
        public: bool,
        /// Pay out of the private pool or not at all
        #[arg(long)]
        private: bool,
        /// Wait until it is final
        #[arg(long)]
        wait: bool,
    },
    /// Decline what a contact asks for, or withdraw what you ask for
    Decline {
        /// The request's id, or its first digits
        id: String,
    },
    /// Split a bill: one request for each contact; what cannot be divided goes to the first ones
    Split {
        /// The whole bill in ABC, such as 12.5
        #[arg(allow_hyphen_values = true)]
        amount: String,
        /// Contacts' names or ids
        #[arg(required = true)]
        contacts: Vec<String>,
        /// One share is yours
        #[arg(long)]
        with_me: bool,
        /// What for
        #[arg(long, value_name = "M", allow_hyphen_values = true)]
        memo: Option<String>,
        /// Until when, such as 2026-12-24
        #[arg(long, value_name = "T")]
        expires: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Link {
    /// Make a link by which anybody can pay you
    Create {
        /// How much ABC; whoever pays decides if it is left out
        #[arg(long, value_name = "N", allow_hyphen_values = true)]
        amount: Option<String>,
        /// What for, on one line
        #[arg(long, value_name = "M", allow_hyphen_values = true)]
        memo: Option<String>,
        /// Until when, such as 2026-12-24
        #[arg(long, value_name = "T")]
        expires: Option<String>,
        /// To be paid in the private pool, at an address that this link alone has
        #[arg(long)]
        private: bool,
    },
    /// What a payment link, or an address, says and what is known of it
    Show {
        /// `bcm:pay?…`, `A…`, `F…` or `bcm1…`
        link: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Address {
    /// Give an address a name, or another one
    Add {
        /// `A…`, `F…` or `bcm1…`
        address: String,
        /// What to call it; pay knows it by that
        name: String,
    },
    /// The address book
    List,
    /// Strike an address out of the address book
    Remove {
        /// Its name, or the address
        address: String,
    },
}

impl Runner {
    pub(crate) async fn request(&mut self, command: Request) -> Result<ExitCode, Error> {
        let online = !self.offline;
        match command {
            Request::Create { contact, amount, memo, expires } => {
                let mut params = json!({ "to": contact, "amount": amount, "memo": memo });
                params["expires"] = expires.into();
                params["wait"] = online.into();
                self.show("request_create", params, one).await
            }
            Request::List => self.show("request_list", json!({ "sync": online }), list).await,
            Request::Pay { id, public, private, wait } => {
                let mut params = json!({ "id": id, "wait": wait && online });
                params["public"] = public.into();
                params["private"] = private.into();
                self.show("request_pay", params, one).await
            }
            Request::Decline { id } => {
                self.show("request_decline", json!({ "id": id, "wait": online }), one).await
            }
            Request::Split { amount, contacts, with_me, memo, expires } => {
                let mut params = json!({ "amount": amount, "contacts": contacts, "memo": memo });
                params["with_me"] = with_me.into();
                params["expires"] = expires.into();
                params["wait"] = online.into();
                self.show("request_split", params, divided).await
            }
        }
    }

    pub(crate) async fn link(&mut self, command: Link) -> Result<ExitCode, Error> {
        match command {
            Link::Create { amount, memo, expires, private } => {
                let mut params = json!({ "amount": amount, "memo": memo, "expires": expires });
                params["private"] = private.into();
                self.show("link_create", params, |link: &LinkRecord| link.link.clone()).await
            }
            Link::Show { link } => self.show("address_look", json!({ "text": link }), seen).await,
        }
    }

    pub(crate) async fn address(&mut self, command: Address) -> Result<ExitCode, Error> {
        match command {
            Address::Add { address, name } => {
                let params = json!({ "address": address, "name": name });
                self.show("address_add", params, |one: &OneAddress| named(&one.address)).await
            }
            Address::List => self.show("address_list", json!({}), book).await,
            Address::Remove { address } => {
                let gone = |one: &OneAddress| format!("struck out: {}", named(&one.address));
                self.show("address_remove", json!({ "text": address }), gone).await
            }
        }
    }

    /// Asks the person at the terminal, if there is one, before an address is paid for the first time
    /// or one that looks like another. True if that was wanted.
    pub(crate) async fn agreed(&mut self, to: &str, sure: bool) -> Result<bool, Error> {
        if sure || self.json || !stdin().is_terminal() || !stderr().is_terminal() {
            return Ok(sure);
        }
        // What is no address is looked for among the contacts.
        let look = self.face.call::<SeenRecord>("address_look", json!({ "text": to })).await;
        let Ok(look) = look.map(|look| (question(&look), look.looks_like.is_some())) else {
            return Ok(sure);
        };
        let (Some(question), alike) = look else { return Ok(sure) };
        let mut answer = String::new();
        let asked = write!(stderr(), "{question} [y/N] ").and_then(|()| stderr().flush());
        asked
            .and_then(|()| stdin().lock().read_line(&mut answer).map(drop))
            .map_err(|error| Error::new("io", format!("the terminal cannot be used: {error}")))?;
        if matches!(answer.trim(), "y" | "Y" | "yes") {
            return Ok(alike);
        }
        Err(Error::new("refused", "nothing was paid"))
    }
}

/// What is to be asked before this is paid, if anything.
fn question(look: &SeenRecord) -> Option<String> {
    let (kind, to) = (sort(look.kind), &look.to);
    if let Some(other) = &look.looks_like {
        let (known, whose) = (&other.address, whose(other.whose, other.name.as_deref()));
        return Some(format!(
            "{to} begins and ends like {known} ({whose}), but it is another one.\nPay it all the \
             same?"
        ));
    }
    look.first.then(|| format!("You have never paid {to} ({kind}). Pay it now?"))
}

fn seen(look: &SeenRecord) -> String {
    let mut lines =
        vec![look.to.clone(), sort(look.kind).to_owned(), whose(look.whose, look.name.as_deref())];
    if let Some(link) = &look.link {
        lines.extend(link.amount.as_ref().map(|amount| format!("asks for {amount} ABC")));
        lines.extend(link.memo.as_ref().map(|memo| format!("for {}", one_line(memo))));
        lines.extend(link.expires.as_ref().map(|end| format!("until {end}")));
    }
    if look.first {
        lines.push("You have never paid it.".to_owned());
    }
    if let Some(other) = &look.looks_like {
        let whose = whose(other.whose, other.name.as_deref());
        lines.push(format!("! It only looks like {} ({whose}).", other.address));
    }
    lines.join("\n")
}

const fn sort(kind: AddressSort) -> &'static str {
    match kind {
        AddressSort::Ecdsa => "public address, ECDSA",
        AddressSort::Falcon => "public address, Falcon",
        AddressSort::Private => "private address",
    }
}

fn whose(whose: Whose, name: Option<&str>) -> String {
    let name = name.map(one_line).unwrap_or_default();
    match whose {
        Whose::Ours => "your own".to_owned(),
        Whose::Contact => format!("of your contact {name}"),
        Whose::Named => format!("{name} in your address book"),
        Whose::Paid => "paid before".to_owned(),
        Whose::Unknown => "not known yet".to_owned(),
    }
}

fn named(address: &NamedAddress) -> String {
    let paid = match &address.first_paid {
        Some(time) => format!("first paid {}", time.get(..10).unwrap_or_default()),
        None => "never paid".to_owned(),
    };
    format!("{:<20} {}  {paid}", one_line(&address.name), address.address)
}

fn book(book: &AddressBook) -> String {
    if book.addresses.is_empty() {
        return "No addresses yet: address add ADDRESS NAME keeps one.".to_owned();
    }
    book.addresses.iter().map(named).collect::<Vec<_>>().join("\n")
}

fn one(record: &OneRequest) -> String {
    line(&record.request)
}

fn list(record: &Requests) -> String {
    if record.requests.is_empty() {
        return "Nobody asks for anything.".to_owned();
    }
    let mut lines: Vec<String> = record.requests.iter().map(line).collect();
    if !record.synced {
        lines.push("(not up to date: this is what was saved)".to_owned());
    }
    lines.join("\n")
}

fn divided(record: &SplitRecord) -> String {
    let mut lines: Vec<String> = record.requests.iter().map(line).collect();
    if record.mine != "0" {
        lines.push(format!("your own share: {} ABC", record.mine));
    }
    lines.join("\n")
}

fn line(request: &RequestRecord) -> String {
    let id = request.id.get(..16).unwrap_or_default();
    let contact = one_line(&request.contact);
    let way = if request.from == "me" { "you ask" } else { "asked by" };
    let memo = request.memo.as_deref().map(|memo| format!("  \"{}\"", one_line(memo)));
    let end = request.expires.as_deref().and_then(|end| end.get(..16));
    let end = end.map(|end| format!(", until {}", end.replace('T', " ")));
    let part = request.received.as_ref().map(|came| format!(", {came} came"));
    format!(
        "{id}…  {} {} {way} {contact}, {}{}{}{}",
        request.amount,
        request.token,
        state(request),
        part.unwrap_or_default(),
        end.unwrap_or_default(),
        memo.unwrap_or_default()
    )
}

/// A request in the line of its message.
pub(crate) fn brief(request: &RequestRecord) -> String {
    let id = request.id.get(..16).unwrap_or_default();
    let open = request.from != "me" && request.state == RequestState::Open;
    let how = if open {
        format!("; /accept, or bcm request pay {id}, pays it; /refuse declines it")
    } else {
        String::new()
    };
    format!("asks for {} {} ({}){how}", request.amount, request.token, state(request))
}

/// What has become of a request.
pub(crate) fn moved_on(request: &RequestRecord) -> String {
    format!("request of {} {}: {}", request.amount, request.token, state(request))
}

const fn state(request: &RequestRecord) -> &'static str {
    match request.state {
        RequestState::Open => "open",
        RequestState::Paying => "being paid",
        RequestState::Paid => "paid",
        RequestState::Declined => "declined",
        RequestState::Withdrawn => "withdrawn",
        RequestState::Expired => "over",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{AlikeRecord, TokenName};

    fn look(first: bool) -> SeenRecord {
        SeenRecord {
            to: "F6UG…".to_owned(),
            kind: AddressSort::Falcon,
            whose: Whose::Unknown,
            name: None,
            first,
            looks_like: None,
            link: None,
        }
    }

    #[test]
    fn a_new_address_and_a_look_alike_are_asked_about_and_others_are_not() {
        assert_eq!(question(&look(false)), None);
        assert!(question(&look(true)).is_some_and(|it| it.contains("never paid F6UG… (public")));
        let address = "F6XX…".to_owned();
        let name = Some("x\ny".to_owned());
        let other = AlikeRecord { address, whose: Whose::Named, name };
        let alike = SeenRecord { looks_like: Some(other), ..look(false) };
        assert!(question(&alike).is_some_and(|it| it.contains("like F6XX… (x y in your")));
    }

    #[test]
    fn a_memo_adds_no_line_to_a_request() {
        let request = RequestRecord {
            id: "07".repeat(16),
            contact: "bob".to_owned(),
            from: "bob".to_owned(),
            amount: "5".to_owned(),
            token: TokenName::Abc,
            memo: Some("a\nb".to_owned()),
            expires: None,
            time: String::new(),
            state: RequestState::Open,
            payment: None,
            received: None,
        };
        let shown = line(&request);
        assert_eq!(shown, "0707070707070707…  5 ABC asked by bob, open  \"a b\"");
        let part = RequestRecord { received: Some("3".to_owned()), ..request.clone() };
        assert!(line(&part).contains(", open, 3 came  "));
        assert!(brief(&request).contains("bcm request pay 0707070707070707"));
    }
}
