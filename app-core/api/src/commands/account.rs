//! Accounts: new, restored, shown.

use chat::is_name;
use keys::{Words, format_address};
use rand::rngs::StdRng;
use store::StoreError;
use zeroize::Zeroizing;

use crate::{Account, AccountRecord, Addresses, App, Error, Options, WordsRecord};

/// Makes a new account in a folder of its own.
///
/// # Errors
/// `profile_exists`, `bad_name`, `bad_address`, `disk_full`, `io`.
pub async fn account_new(
    options: &Options,
    name: Option<&str>,
    passphrase: Option<&str>,
) -> Result<Account, Error> {
    let words = Words::generate(&mut rand::rng());
    make(options, &words, name, passphrase).await
}

/// Makes an account from its words. In the folder of that very account, whose key was lost with a
/// keychain, a passphrase or `device.key`, this opens it again with everything in it.
///
/// # Errors
/// `bad_words`; `profile_exists` if the folder holds another account; as for [`account_new`].
pub async fn account_restore(
    options: &Options,
    name: Option<&str>,
    words: &Zeroizing<String>,
    passphrase: Option<&str>,
) -> Result<Account, Error> {
    let words = Words::parse(words).map_err(engine::Fault::from)?;
    let addresses = options.addresses()?;
    match store::recover(&options.dir, &words, passphrase, &mut rand::make_rng::<StdRng>()).await {
        Ok(store) => shown(App::with(store, addresses, options.offline).await?).await,
        Err(StoreError::NoProfile) => make(options, &words, name, passphrase).await,
        Err(StoreError::WrongWords) => Err(StoreError::ProfileExists.into()),
        Err(error) => Err(error.into()),
    }
}

async fn make(
    options: &Options,
    words: &Words,
    name: Option<&str>,
    passphrase: Option<&str>,
) -> Result<Account, Error> {
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
    let store =
        store::create(&options.dir, words, &name, passphrase, &mut rand::make_rng::<StdRng>())
            .await?;
    shown(App::with(store, addresses, options.offline).await?).await
}

/// The account of a profile that is closed with this.
async fn shown(app: App) -> Result<Account, Error> {
    let account = app.account().await;
    app.close().await;
    account
}

impl App {
    /// The account of this profile.
    ///
    /// # Errors
    /// Codes of the store.
    pub async fn account(&self) -> Result<Account, Error> {
        let row = self.engine.store().identity().await?;
        let (id, ecdsa) = self.engine.own();
        let falcon = self.engine.falcon_address().await?;
        let addresses = Addresses { ecdsa: format_address(ecdsa), falcon: format_address(falcon) };
        let chain = self.engine.chain().map(|chain| chain.to_string());
        Ok(Account {
            account: AccountRecord { id: id.to_string(), name: row.name, addresses, chain },
            protection: self.protection,
            words_confirmed: row.words_confirmed,
        })
    }

    /// The 24 words. Whoever reads them owns the account.
    ///
    /// # Errors
    /// Codes of the store.
    pub async fn words(&self) -> Result<WordsRecord, Error> {
        Ok(WordsRecord { words: self.engine.store().identity().await?.words.list() })
    }
}
