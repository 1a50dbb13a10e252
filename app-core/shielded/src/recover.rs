//! What an account has sent: its outgoing keys open what its own bundles paid.
//!
//! As in a scan the compact part decides. The circuit's crate opens an output only if its memo and
//! tag are whole as well; a payer who spoils one bit of them would hide from his reviewer whom he
//! paid. So the output is opened here by the same steps without the last one.

use crate::effects::OUT_LEN;
use crate::note::commitment_of;
use crate::{Action, Memo, Note, Scope, ViewingKey, inner_action};
use chacha20::ChaCha20;
use chacha20::cipher::{KeyIvInit, StreamCipher, StreamCipherSeek};
use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, Nonce};
use orchard::note_encryption::{CompactNotePlaintextBytes, IronwoodDomain, NoteBytesData};
use subtle::ConstantTimeEq;
use zcash_note_encryption::{
    AEAD_TAG_SIZE, Domain, EphemeralKeyBytes, OUT_PLAINTEXT_SIZE, OutPlaintextBytes,
    OutgoingCipherKey, try_output_recovery_with_ock,
};

type InnerAction = orchard::Action<()>;

/// What one output of an account's bundle paid, and to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The note.
    pub note: Note,
    /// External for a payment; internal for change and carry-over.
    pub by: Scope,
    /// What it says; `None` if it cannot be read.
    pub memo: Option<Memo>,
}

/// Opens what this action pays, if the account's bundle paid it. `None` for padding, for outputs
/// of others, and for those that were made without an outgoing key.
#[must_use]
pub fn recover(key: &ViewingKey, action: &Action) -> Option<Sent> {
    let (full, action) = (key.inner()?, inner_action(action, ())?);
    [Scope::External, Scope::Internal].into_iter().find_map(|by| {
        let ock = outgoing_cipher_key(&full.to_ovk(by.inner()), &action);
        let note = open(&ock, &action)?;
        Some(Sent { note: Note::of(&note), by, memo: memo(&ock, &action) })
    })
}

/// The key that opens this one output for its payer, and no other (`money-and-mail.md` B6): what a
/// payer gives away who discloses one payment.
pub(crate) fn outgoing_cipher_key(
    ovk: &orchard::keys::OutgoingViewingKey,
    action: &InnerAction,
) -> OutgoingCipherKey {
    let epk = EphemeralKeyBytes(action.encrypted_note().epk_bytes);
    IronwoodDomain::derive_ock(ovk, action.cv_net(), &action.cmx().to_bytes(), &epk)
}

/// The steps of the protocol's "decryption with an outgoing viewing key", on the compact part.
pub(crate) fn open(ock: &OutgoingCipherKey, action: &InnerAction) -> Option<orchard::Note> {
    let encrypted = action.encrypted_note();
    let epk = EphemeralKeyBytes(encrypted.epk_bytes);
    let opened = open_out(ock, &encrypted.out_ciphertext)?;
    let pk_d = IronwoodDomain::extract_pk_d(&opened)?;
    let esk = IronwoodDomain::extract_esk(&opened)?;
    let key = IronwoodDomain::kdf(IronwoodDomain::ka_agree_enc(&esk, &pk_d), &epk);

    let mut compact: CompactNotePlaintextBytes =
        NoteBytesData(*encrypted.enc_ciphertext.0.first_chunk()?);
    let mut stream = ChaCha20::new_from_slices(key.as_ref(), &[0; 12]).ok()?;
    // The first block of the stream is the key of the tag.
    stream.try_seek(64_u32).ok()?;
    stream.try_apply_keystream(compact.as_mut()).ok()?;

    let domain = IronwoodDomain::for_action(action);
    let (note, _) = domain.parse_note_plaintext_without_memo_ovk(&pk_d, &compact)?;
    let derived = IronwoodDomain::derive_esk(&note)?;
    let same_esk = bool::from(derived.ct_eq(&esk));
    let made_epk = IronwoodDomain::epk_bytes(&IronwoodDomain::ka_derive_public(&note, &derived));
    let same_epk = bool::from(made_epk.ct_eq(&epk));
    let same_cmx = commitment_of(&note).0 == action.cmx().to_bytes();
    (same_esk && same_epk && same_cmx).then_some(note)
}

/// The memo, which opens only if it and its tag are whole.
pub(crate) fn memo(ock: &OutgoingCipherKey, action: &InnerAction) -> Option<Memo> {
    let domain = IronwoodDomain::for_action(action);
    let out = &action.encrypted_note().out_ciphertext;
    let (_, _, memo) = try_output_recovery_with_ock(&domain, ock, action, out)?;
    Memo::read(&memo).ok()
}

fn open_out(ock: &OutgoingCipherKey, sealed: &[u8; OUT_LEN]) -> Option<OutPlaintextBytes> {
    let (text, tag) = sealed.split_at_checked(OUT_PLAINTEXT_SIZE)?;
    let tag: [u8; AEAD_TAG_SIZE] = tag.try_into().ok()?;
    let mut opened = OutPlaintextBytes(text.try_into().ok()?);
    ChaCha20Poly1305::new(&ock.0.into())
        .decrypt_inout_detached(&Nonce::default(), &[], opened.0.as_mut_slice().into(), &tag.into())
        .ok()?;
    Some(opened)
}
