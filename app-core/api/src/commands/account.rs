//! Accounts: new, restored, shown.

use chat::is_name;
use keys::{Words, format_address};
use rand::rngs::StdRng;
use std::collections::BTreeMap;
use store::{NetworkChange, StoreError};
use types::Address;
use zeroize::Zeroizing;

use crate::events::Bell;
use crate::params::{NumberedWord, Secret};
use crate::{Account, AccountRecord, Addresses, App, Error, Options, Topic, WordsRecord};

/// Words that must be named to show that all are written down.
const WORDS_ASKED: usize = 3;

impl App {
    /// Makes a new account in a folder of its own, and opens it.
    ///
    /// # Errors
    /// `profile_exists`, `bad_name`, `bad_address`, `disk_full`, `io`.
    pub async fn create(
        options: &Options,
        name: Option<&str>,
        passphrase: Option<&str>,
    ) -> Result<Self, Error> {
        new(options, (name, passphrase, false), Bell::new()).await
    }

    /// The same, of a profile that looks at what others let it see, and never signs.
    ///
    /// # Errors
    /// As for [`App::create`].
    pub async fn create_reviewer(
        options: &Options,
        name: Option<&str>,
        passphrase: Option<&str>,
    ) -> Result<Self, Error> {
        new(options, (name, passphrase, true), Bell::new()).await
    }

    /// Makes an account from its words, and opens it. In the folder of that very account, whose key
    /// was lost with a keychain, a passphrase or `device.key`, this opens it again with everything
    /// in it.
    ///
    /// # Errors
    /// `bad_words`; `profile_exists` if the folder holds another account; as for [`App::create`].
    pub async fn restore(
        options: &Options,
        name: Option<&str>,
        words: &Zeroizing<String>,
        passphrase: Option<&str>,
    ) -> Result<Self, Error> {
        restore(options, words, (name, passphrase), Bell::new()).await
    }

    /// The account of this profile.
    ///
    /// # Errors
    /// Codes of the store.
    pub async fn account(&self) -> Result<Account, Error> {
        let inner = self.inner();
        let row = inner.store.identity().await?;
        let (id, ecdsa) = inner.own;
        let falcon = format_address(self.falcon_address().await?);
        let addresses = Addresses { ecdsa: format_address(ecdsa), falcon };
        let chain = self.chain().await?.map(|chain| chain.to_string());
        Ok(Account {
            account: AccountRecord { id: id.to_string(), name: row.name, addresses, chain },
            protection: inner.protection,
            words_confirmed: row.words_confirmed,
            review_only: inner.review_only,
        })
    }

    /// The 24 words. Whoever reads them owns the account.
    ///
    /// # Errors
    /// Codes of the store.
    pub async fn words(&self) -> Result<WordsRecord, Error> {
        let words = self.inner().store.identity().await?.words;
        Ok(WordsRecord { words: words.list().into_iter().map(str::to_owned).collect() })
    }

    /// Notes that the person has the words, if these are some of them, each at its place.
    ///
    /// # Errors
    /// `bad_words` if one is wrong or there are fewer than three.
    pub(crate) async fn confirm_words(&self, named: &[NumberedWord]) -> Result<Account, Error> {
        let store = &self.inner().store;
        let all = store.identity().await?.words.list();
        let named: BTreeMap<u8, &Secret> =
            named.iter().map(|named| (named.number, &named.word)).collect();
        let right = |(number, word): (&u8, &&Secret)| {
            let expected = usize::from(*number).checked_sub(1).and_then(|index| all.get(index));
            expected.is_some_and(|expected| word.0.trim().eq_ignore_ascii_case(expected))
        };
        if named.len() < WORDS_ASKED || !named.iter().all(right) {
            let why = "these are not the words at these places; look at your paper again";
            return Err(Error::new("bad_words", why));
        }
        store.apply(vec![NetworkChange::ConfirmWords.into()]).await?;
        self.inner().bell.ring(Topic::Profile);
        self.account().await
    }

    /// The `F…` address.
    pub(crate) async fn falcon_address(&self) -> Result<Address, Error> {
        Ok(self.inner().writer.falcon().await?.address())
    }
}

pub(crate) async fn new(
    options: &Options,
    wish: (Option<&str>, Option<&str>, bool),
    bell: Bell,
) -> Result<App, Error> {
    let words = Words::generate(&mut rand::rng());
    make(options, &words, wish, bell).await
}

pub(crate) async fn restore(
    options: &Options,
    words: &Zeroizing<String>,
    (name, passphrase): (Option<&str>, Option<&str>),
    bell: Bell,
) -> Result<App, Error> {
    let words = Words::parse(words).map_err(engine::Fault::from)?;
    let addresses = options.addresses()?;
    match store::recover(&options.dir, &words, passphrase, &mut rand::make_rng::<StdRng>()).await {
        Ok(store) => App::start(store, addresses, options.offline, bell).await,
        Err(StoreError::NoProfile) => make(options, &words, (name, passphrase, false), bell).await,
        Err(StoreError::WrongWords) => Err(StoreError::ProfileExists.into()),
        Err(error) => Err(error.into()),
    }
}

async fn make(
    options: &Options,
    words: &Words,
    (name, passphrase, review_only): (Option<&str>, Option<&str>, bool),
    bell: Bell,
) -> Result<App, Error> {
    let addresses = options.addresses()?;
    let id = words.master().operation_key().public().open_id().to_string();
    let name = match name {
        Some(name) if is_name(name) => name.to_owned(),
        Some(_) => {
            let rule = "a name has 1 to 64 bytes, nothing invisible, no blanks at its ends";
            return Err(Error::new("bad_name", rule));
        }
        None => format!("bcm-{}", id.get(..6).unwrap_or_default()),
    };
    let rng = &mut rand::make_rng::<StdRng>();
    let store = store::create(&options.dir, words, &name, passphrase, rng).await?;
    if review_only {
        store.apply(vec![NetworkChange::ReviewOnly.into()]).await?;
    }
    App::start(store, addresses, options.offline, bell).await
}
