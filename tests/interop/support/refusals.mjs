// Why a request is refused: the code that ours answers, and the words that both use. The published
// library has a code of its own for few reasons; the others it calls Generic.

export const REFUSALS = {
  duplicate: { code: "DuplicatedMessage", says: /DuplicatedMessage message with old counter/ },
  untrusted: { code: "UntrustedIdentity", says: /UntrustedIdentity untrusted identity for address/ },
  noSession: { code: "SessionNotFound", says: /session with .* not found/ },
  noPreKey: { code: "InvalidPreKeyId", says: /no (one-time|signed|kyber) prekey/ },
  damaged: {
    code: "InvalidMessage",
    says: /invalid (Whisper|PreKey) message|protobuf encoding was invalid/,
  },
  noMessage: { code: "InvalidMessage", says: /protobuf encoding was invalid|bytes were too short/ },
  tooShort: { code: "InvalidMessage", says: /ciphertext serialized bytes were too short/ },
  tooFar: { code: "InvalidMessage", says: /invalid (Whisper|PreKey) message|too far into the future/ },
  tooFarInGroup: { code: "InvalidMessage", says: /message from too far into the future/ },
  repeatedBeginning: { code: "InvalidMessage", says: /kyber prekey reused|no one-time prekey/ },
  oldVersion: { code: "LegacyCiphertextVersion", says: /ciphertext version was too old <2>/ },
  newVersion: { code: "UnrecognizedCiphertextVersion", says: /ciphertext version was unrecognized <5>/ },
  version3: { code: "InvalidMessage", says: /X3DH no longer supported|decryption failed/ },
  signature: { code: "InvalidSignature", says: /invalid signature detected/ },
  badKey: { code: "InvalidKey", says: /bad (KEM )?key type|invalid key agreement/ },
  noSenderKey: { code: "NoSenderKeyState", says: /missing sender key state for distribution ID/ },
  address: { code: "InvalidProtocolAddress", says: /InvalidProtocolAddress protocol address is invalid/ },
  sealed: { code: "InvalidMessage", says: /sealed sender message|protobuf encoding was invalid/ },
  certificate: { code: "InvalidCertificate", says: /trust root validation failed/ },
  ownMessage: { code: "SealedSenderSelfSend", says: /self send of a sealed sender message/ },
  request: { code: "BadRequest", says: /./ },
};
