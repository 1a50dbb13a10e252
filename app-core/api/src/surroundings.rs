//! What every front end takes from its surroundings in the same way.

use std::path::PathBuf;

use zeroize::Zeroizing;

/// The profile's folder where nobody names one: `bcm/profile` in the person's data folder (XDG Base
/// Directory Specification). `None` without a home folder.
#[must_use]
pub fn default_profile() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let data = set("XDG_DATA_HOME").map(PathBuf::from);
    let data = data.or_else(|| Some(PathBuf::from(set("HOME")?).join(".local").join("share")));
    data.map(|data| data.join("bcm").join("profile"))
}

/// Where files go that a person asks for: the folder of downloads (`XDG_DOWNLOAD_DIR`, else
/// `Downloads` in the home folder), else the home folder. `None` without one.
#[must_use]
pub(crate) fn downloads() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let named = set("XDG_DOWNLOAD_DIR").map(PathBuf::from);
    let home = set("HOME").or_else(|| set("USERPROFILE")).map(PathBuf::from);
    let usual = home.as_ref().map(|home| home.join("Downloads"));
    [named, usual, home].into_iter().flatten().find(|folder| folder.is_dir())
}

/// The passphrase in `BCM_PASSPHRASE`, if there is one.
#[must_use]
pub fn given_passphrase() -> Option<Zeroizing<String>> {
    std::env::var("BCM_PASSPHRASE").ok().filter(|text| !text.is_empty()).map(Zeroizing::new)
}
