// What Signal's published library does in the time that `cargo xtask bench ratchet` compares: one
// JSON line with microseconds of processor time for each operation. The example `speed` of the
// package `ratchet` prints the same line for ours. Stores keep live records, so that what is measured
// is the library with as little of Node around it as possible.
import * as L from '@signalapp/libsignal-client';

const MESSAGES = 600;
const SETUPS = 60;
const SAFETY_NUMBERS = 20;
const GROUP = 'd1d1d1d1-7000-11eb-b32a-33b8a8a487a6';
const plaintext = new Uint8Array(200).fill(7);

const processorMicros = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

// What each of so many calls gave, and what one of them took.
async function timed(count, call) {
  const made = [];
  const start = processorMicros();
  for (let i = 0; i < count; i++) made.push(await call(i));
  return [made, (processorMicros() - start) / count];
}

const key = (address) => address.toString();

class Sessions extends L.SessionStore {
  map = new Map();
  async saveSession(address, record) { this.map.set(key(address), record); }
  async getSession(address) { return this.map.get(key(address)) ?? null; }
  async getExistingSessions(list) { return list.map((address) => this.map.get(key(address))); }
}
class Identities extends L.IdentityKeyStore {
  own = L.PrivateKey.generate();
  async getIdentityKey() { return this.own; }
  async getLocalRegistrationId() { return 5; }
  async saveIdentity() { return 0; }
  async isTrustedIdentity() { return true; }
  async getIdentity() { return null; }
}
class PreKeys extends L.PreKeyStore {
  map = new Map();
  async savePreKey(id, record) { this.map.set(id, record); }
  async getPreKey(id) { return this.map.get(id); }
  async removePreKey() {}
}
class SignedPreKeys extends L.SignedPreKeyStore {
  map = new Map();
  async saveSignedPreKey(id, record) { this.map.set(id, record); }
  async getSignedPreKey(id) { return this.map.get(id); }
}
class KyberPreKeys extends L.KyberPreKeyStore {
  map = new Map();
  async saveKyberPreKey(id, record) { this.map.set(id, record); }
  async getKyberPreKey(id) { return this.map.get(id); }
  async markKyberPreKeyUsed() {}
}
class SenderKeys extends L.SenderKeyStore {
  map = new Map();
  async saveSenderKey(address, id, record) { this.map.set(key(address) + id, record); }
  async getSenderKey(address, id) { return this.map.get(key(address) + id) ?? null; }
}

const person = (name) => ({
  address: L.ProtocolAddress.new(name, 1),
  sessions: new Sessions(),
  identities: new Identities(),
  preKeys: new PreKeys(),
  signed: new SignedPreKeys(),
  kyber: new KyberPreKeys(),
  senderKeys: new SenderKeys(),
});

// As in the other half of the comparison: a signed prekey and a Kyber prekey, no one-time prekey.
async function bundleOf(owner) {
  const identity = owner.identities.own;
  const signed = L.PrivateKey.generate();
  const signature = identity.sign(signed.getPublicKey().serialize());
  const pair = L.KEMKeyPair.generate();
  const kyberSignature = identity.sign(pair.getPublicKey().serialize());
  await owner.signed.saveSignedPreKey(1,
    L.SignedPreKeyRecord.new(1, 0, signed.getPublicKey(), signed, signature));
  await owner.kyber.saveKyberPreKey(1, L.KyberPreKeyRecord.new(1, 0, pair, kyberSignature));
  return L.PreKeyBundle.new(5, 1, null, null, 1, signed.getPublicKey(), signature,
    identity.getPublicKey(), 1, pair.getPublicKey(), kyberSignature);
}

const send = (from, to) =>
  L.signalEncrypt(plaintext, to.address, from.address, from.sessions, from.identities);

const receive = (at, from, message) => (message.type() === 3
  ? L.signalDecryptPreKey(L.PreKeySignalMessage.deserialize(message.serialize()), from.address,
    at.address, at.sessions, at.identities, at.preKeys, at.signed, at.kyber)
  : L.signalDecrypt(L.SignalMessage.deserialize(message.serialize()), from.address, at.address,
    at.sessions, at.identities));

const alice = person('9d0652a3-dcc3-4d11-975f-74d61598733f');
const bob = person('796abedb-ca4e-4f18-8803-1fde5b921f9f');
const bundle = await bundleOf(bob);
const [first, initiate] = await timed(SETUPS, async () => {
  alice.sessions.map.clear();
  await L.processPreKeyBundle(bundle, bob.address, alice.address, alice.sessions, alice.identities);
  return send(alice, bob);
});
const [, respond] = await timed(SETUPS, (i) => {
  bob.sessions.map.clear();
  return receive(bob, alice, first[i]);
});
await receive(alice, bob, await send(bob, alice));

const [sealed, encrypt] = await timed(MESSAGES, () => send(alice, bob));
const [, decrypt] = await timed(MESSAGES, (i) => receive(bob, alice, sealed[i]));
const [, pingPong] = await timed(MESSAGES, async (i) => {
  const [from, to] = i % 2 ? [alice, bob] : [bob, alice];
  await receive(to, from, await send(from, to));
});
const stored = (await bob.sessions.getSession(alice.address)).serialize();
const [, load] = await timed(MESSAGES, () => L.SessionRecord.deserialize(stored));

const distribution =
  await L.SenderKeyDistributionMessage.create(alice.address, GROUP, alice.senderKeys);
await L.processSenderKeyDistributionMessage(alice.address, distribution, bob.senderKeys);
const [groupMessages, groupEncrypt] = await timed(MESSAGES, async () =>
  (await L.groupEncrypt(alice.address, GROUP, alice.senderKeys, plaintext)).serialize());
const [, groupDecrypt] = await timed(MESSAGES, (i) =>
  L.groupDecrypt(alice.address, bob.senderKeys, groupMessages[i]));

const [ours, theirs] = [alice, bob].map((one) => one.identities.own.getPublicKey());
const [, safetyNumber] = await timed(SAFETY_NUMBERS, () =>
  L.Fingerprint.new(5200, 2, plaintext, ours, plaintext, theirs)
    .displayableFingerprint().toString());

console.log(JSON.stringify({
  encrypt, decrypt, ping_pong: pingPong, initiate, respond,
  group_encrypt: groupEncrypt, group_decrypt: groupDecrypt,
  safety_number: safetyNumber, load, session_bytes: stored.length,
}));
process.exit(0);
