// Signal's published library behind JSON lines, on standard input and output. For tests only; see README.md.
import readline from 'node:readline';
import { createRequire } from 'node:module';
import * as L from '@signalapp/libsignal-client';

const b64 = (u8) => Buffer.from(u8).toString('base64');
const un64 = (s) => {
  if (typeof s !== 'string') throw new TypeError('expected a base64 string');
  const b = Buffer.from(s, 'base64');
  const out = new Uint8Array(b.length);
  out.set(b);
  return out;
};
const pkgVersion = createRequire(import.meta.url)(
  '@signalapp/libsignal-client/package.json',
).version;

// ---- library log capture ---------------------------------------------------
const logs = [];
const LEVELS = { error: 1, warn: 2, info: 3, debug: 4, trace: 5 };
let logInstalled = false;
function installLogger(level) {
  if (logInstalled) return false; // the library accepts one logger per process
  logInstalled = true;
  L.initLogger(level, (lv, target, _file, _line, message) => {
    logs.push({ level: lv, target, message });
    if (logs.length > 2000) logs.shift();
  });
  return true;
}

// ---- in-memory stores ------------------------------------------------------
const addrKey = (a) => `${a.name()}\u0000${a.deviceId()}`;

class Sessions extends L.SessionStore {
  map = new Map();
  async saveSession(a, rec) { this.map.set(addrKey(a), rec.serialize()); }
  async getSession(a) {
    const s = this.map.get(addrKey(a));
    return s ? L.SessionRecord.deserialize(s) : null;
  }
  async getExistingSessions(list) {
    return Promise.all(list.map(async (a) => {
      const s = await this.getSession(a);
      if (!s) throw new Error(`no session for ${a.toString()}`);
      return s;
    }));
  }
}
class Identities extends L.IdentityKeyStore {
  known = new Map();
  constructor(priv, regId) { super(); this.priv = priv; this.regId = regId; }
  async getIdentityKey() { return this.priv; }
  async getLocalRegistrationId() { return this.regId; }
  async saveIdentity(a, key) {
    const old = this.known.get(addrKey(a));
    this.known.set(addrKey(a), key);
    return old && !old.equals(key)
      ? L.IdentityChange.ReplacedExisting : L.IdentityChange.NewOrUnchanged;
  }
  async isTrustedIdentity(a, key) {
    const old = this.known.get(addrKey(a));
    return !old || old.equals(key); // trust on first use
  }
  async getIdentity(a) { return this.known.get(addrKey(a)) ?? null; }
}
class PreKeys extends L.PreKeyStore {
  map = new Map();
  async savePreKey(id, r) { this.map.set(id, r.serialize()); }
  async getPreKey(id) {
    const r = this.map.get(id);
    if (!r) throw new Error(`no one-time prekey ${id}`);
    return L.PreKeyRecord.deserialize(r);
  }
  async removePreKey(id) { this.map.delete(id); }
}
class SignedPreKeys extends L.SignedPreKeyStore {
  map = new Map();
  async saveSignedPreKey(id, r) { this.map.set(id, r.serialize()); }
  async getSignedPreKey(id) {
    const r = this.map.get(id);
    if (!r) throw new Error(`no signed prekey ${id}`);
    return L.SignedPreKeyRecord.deserialize(r);
  }
}
class KyberPreKeys extends L.KyberPreKeyStore {
  map = new Map();
  used = [];
  oneTime = new Set();
  seen = new Set();
  async saveKyberPreKey(id, r) { this.map.set(id, r.serialize()); }
  async getKyberPreKey(id) {
    const r = this.map.get(id);
    if (!r) throw new Error(`no kyber prekey ${id}`);
    return L.KyberPreKeyRecord.deserialize(r);
  }
  async markKyberPreKeyUsed(id, signedId, baseKey) {
    const tag = `${id}/${signedId}/${b64(baseKey.serialize())}`;
    if (this.seen.has(tag)) throw new Error('kyber prekey reused with the same base key');
    this.seen.add(tag);
    this.used.push({ kyber_pre_key_id: id, signed_pre_key_id: signedId });
    if (this.oneTime.has(id)) this.map.delete(id);
  }
}
class SenderKeys extends L.SenderKeyStore {
  map = new Map();
  async saveSenderKey(a, dist, r) { this.map.set(`${addrKey(a)}\u0000${dist}`, r.serialize()); }
  async getSenderKey(a, dist) {
    const r = this.map.get(`${addrKey(a)}\u0000${dist}`);
    return r ? L.SenderKeyRecord.deserialize(r) : null;
  }
}

const users = new Map();
function makeUser(q) {
  const priv = q.identity_private
    ? L.PrivateKey.deserialize(un64(q.identity_private)) : L.PrivateKey.generate();
  const regId = q.registration_id ?? 1 + Math.floor(Math.random() * 16380);
  const u = {
    address: L.ProtocolAddress.new(q.name, q.device_id ?? 1),
    identities: new Identities(priv, regId),
    sessions: new Sessions(),
    prekeys: new PreKeys(),
    signed: new SignedPreKeys(),
    kyber: new KyberPreKeys(),
    senderKeys: new SenderKeys(),
    next: { pre: 1, signed: 1, kyber: 1 },
  };
  return u;
}
const user = (q) => {
  const u = users.get(q.user ?? 'default');
  if (!u) throw new Error(`no such user: ${q.user ?? 'default'} (use create_identity)`);
  return u;
};
const addr = (r) => L.ProtocolAddress.new(r.name, r.device_id ?? 1);
const typeName = { 2: 'whisper', 3: 'prekey', 7: 'senderkey', 8: 'plaintext' };

const cmds = {
  hello: async () => ({ library: `@signalapp/libsignal-client ${pkgVersion}`, node: process.version }),

  // -- library log capture
  log_start: async (q) => ({ installed: installLogger(LEVELS[q.level ?? 'info'] ?? 3) }),
  log_take: async () => ({ logs: logs.splice(0) }),

  // -- identities and raw keys
  create_identity: async (q) => {
    const u = makeUser(q);
    users.set(q.user ?? 'default', u);
    return {
      name: u.address.name(), device_id: u.address.deviceId(),
      registration_id: u.identities.regId,
      identity_public: b64(u.identities.priv.getPublicKey().serialize()),
      identity_private: b64(u.identities.priv.serialize()),
    };
  },
  generate_keypair: async () => {
    const p = L.PrivateKey.generate();
    return { private_key: b64(p.serialize()), public_key: b64(p.getPublicKey().serialize()) };
  },
  public_of: async (q) => ({
    public_key: b64(L.PrivateKey.deserialize(un64(q.private_key)).getPublicKey().serialize()),
  }),
  agree: async (q) => ({
    shared: b64(L.PrivateKey.deserialize(un64(q.private_key))
      .agree(L.PublicKey.deserialize(un64(q.public_key)))),
  }),
  sign: async (q) => {
    const p = q.private_key ? L.PrivateKey.deserialize(un64(q.private_key)) : user(q).identities.priv;
    return { signature: b64(p.sign(un64(q.message))) };
  },
  verify: async (q) => ({
    valid: L.PublicKey.deserialize(un64(q.public_key)).verify(un64(q.message), un64(q.signature)),
  }),
  sign_alternate_identity: async (q) => {
    const p = user(q).identities.priv;
    const pair = new L.IdentityKeyPair(p.getPublicKey(), p);
    return { signature: b64(pair.signAlternateIdentity(L.PublicKey.deserialize(un64(q.other)))) };
  },
  verify_alternate_identity: async (q) => ({
    valid: L.PublicKey.deserialize(un64(q.public_key))
      .verifyAlternateIdentity(L.PublicKey.deserialize(un64(q.other)), un64(q.signature)),
  }),
  kem_check_public: async (q) => ({
    serialized: b64(L.KEMPublicKey.deserialize(un64(q.kem_public)).serialize()),
  }),

  // -- prekeys
  publish_bundle: async (q) => {
    const u = user(q);
    const id = u.identities.priv;
    const stamp = q.timestamp ?? 1700000000000;
    const secrets = {};
    const out = {
      registration_id: u.identities.regId,
      device_id: u.address.deviceId(),
      identity_key: b64(id.getPublicKey().serialize()),
    };
    if (q.one_time ?? true) {
      const pid = q.pre_key_id ?? u.next.pre++;
      const p = L.PrivateKey.generate();
      await u.prekeys.savePreKey(pid, L.PreKeyRecord.new(pid, p.getPublicKey(), p));
      out.pre_key_id = pid;
      out.pre_key = b64(p.getPublicKey().serialize());
      secrets.pre_key_private = b64(p.serialize());
    }
    let sid = q.signed_pre_key_id;
    if (sid === undefined || !u.signed.map.has(sid)) {
      sid = sid ?? u.next.signed++;
      const p = L.PrivateKey.generate();
      const pub = p.getPublicKey();
      await u.signed.saveSignedPreKey(sid,
        L.SignedPreKeyRecord.new(sid, stamp, pub, p, id.sign(pub.serialize())));
    }
    const s = await u.signed.getSignedPreKey(sid);
    out.signed_pre_key_id = sid;
    out.signed_pre_key = b64(s.publicKey().serialize());
    out.signed_pre_key_signature = b64(s.signature());
    secrets.signed_pre_key_private = b64(s.privateKey().serialize());

    let kid = q.kyber_pre_key_id;
    if (kid === undefined || !u.kyber.map.has(kid)) {
      kid = kid ?? u.next.kyber++;
      const pair = L.KEMKeyPair.generate();
      await u.kyber.saveKyberPreKey(kid, L.KyberPreKeyRecord.new(
        kid, stamp, pair, id.sign(pair.getPublicKey().serialize())));
    }
    if (q.kyber_one_time) u.kyber.oneTime.add(kid);
    const k = await u.kyber.getKyberPreKey(kid);
    out.kyber_pre_key_id = kid;
    out.kyber_pre_key = b64(k.publicKey().serialize());
    out.kyber_pre_key_signature = b64(k.signature());
    secrets.kyber_pre_key_private = b64(k.secretKey().serialize());
    secrets.kyber_pre_key_record = b64(k.serialize());
    secrets.signed_pre_key_record = b64(s.serialize());
    return q.with_private ? { bundle: out, secrets } : { bundle: out };
  },
  import_prekeys: async (q) => {
    const u = user(q);
    if (q.pre_key_id !== undefined && q.pre_key_private) {
      const p = L.PrivateKey.deserialize(un64(q.pre_key_private));
      await u.prekeys.savePreKey(q.pre_key_id, L.PreKeyRecord.new(q.pre_key_id, p.getPublicKey(), p));
    }
    if (q.signed_pre_key_id !== undefined && q.signed_pre_key_private) {
      const p = L.PrivateKey.deserialize(un64(q.signed_pre_key_private));
      const pub = p.getPublicKey();
      await u.signed.saveSignedPreKey(q.signed_pre_key_id, L.SignedPreKeyRecord.new(
        q.signed_pre_key_id, 1700000000000, pub, p, u.identities.priv.sign(pub.serialize())));
    }
    if (q.kyber_pre_key_record) {
      const r = L.KyberPreKeyRecord.deserialize(un64(q.kyber_pre_key_record));
      await u.kyber.saveKyberPreKey(r.id(), r);
    }
    return {};
  },
  prekey_status: async (q) => {
    const u = user(q);
    return { one_time_left: [...u.prekeys.map.keys()], signed: [...u.signed.map.keys()],
      kyber: [...u.kyber.map.keys()], kyber_used: u.kyber.used };
  },
  process_bundle: async (q) => {
    const u = user(q);
    const b = q.bundle;
    const bundle = L.PreKeyBundle.new(
      b.registration_id, b.device_id,
      b.pre_key_id ?? null, b.pre_key ? L.PublicKey.deserialize(un64(b.pre_key)) : null,
      b.signed_pre_key_id, L.PublicKey.deserialize(un64(b.signed_pre_key)), un64(b.signed_pre_key_signature),
      L.PublicKey.deserialize(un64(b.identity_key)),
      b.kyber_pre_key_id,
      b.kyber_pre_key === null || b.kyber_pre_key === undefined
        ? null : L.KEMPublicKey.deserialize(un64(b.kyber_pre_key)),
      b.kyber_pre_key_signature ? un64(b.kyber_pre_key_signature) : null,
    );
    await L.processPreKeyBundle(bundle, addr(q.remote), u.address, u.sessions, u.identities,
      q.now_ms === undefined ? undefined : new Date(q.now_ms));
    return {};
  },

  // -- 1:1 messages
  encrypt: async (q) => {
    const u = user(q);
    const m = await L.signalEncrypt(un64(q.plaintext), addr(q.remote), u.address, u.sessions, u.identities,
      q.now_ms === undefined ? undefined : new Date(q.now_ms));
    return { type: m.type(), type_name: typeName[m.type()], body: b64(m.serialize()) };
  },
  decrypt: async (q) => {
    const u = user(q);
    const body = un64(q.body);
    let pt;
    if (q.type === 3 || q.type === 'prekey') {
      pt = await L.signalDecryptPreKey(L.PreKeySignalMessage.deserialize(body), addr(q.remote), u.address,
        u.sessions, u.identities, u.prekeys, u.signed, u.kyber);
    } else if (q.type === 2 || q.type === 'whisper') {
      pt = await L.signalDecrypt(L.SignalMessage.deserialize(body), addr(q.remote), u.address,
        u.sessions, u.identities);
    } else throw new Error(`unsupported message type ${q.type}`);
    return { plaintext: b64(pt) };
  },
  inspect: async (q) => {
    const body = un64(q.body);
    if (q.type === 3 || q.type === 'prekey') {
      const m = L.PreKeySignalMessage.deserialize(body);
      return { version: m.version(), registration_id: m.registrationId(), pre_key_id: m.preKeyId(),
        signed_pre_key_id: m.signedPreKeyId() };
    }
    if (q.type === 2 || q.type === 'whisper') {
      const m = L.SignalMessage.deserialize(body);
      return { version: m.messageVersion(), counter: m.counter(), pq_ratchet: b64(m.pqRatchet()),
        ciphertext: b64(m.body()) };
    }
    if (q.type === 7 || q.type === 'senderkey') {
      const m = L.SenderKeyMessage.deserialize(body);
      return { distribution_id: m.distributionId(), chain_id: m.chainId(), iteration: m.iteration(),
        ciphertext: b64(m.ciphertext()) };
    }
    const m = L.SenderKeyDistributionMessage.deserialize(body);
    return { distribution_id: m.distributionId(), chain_id: m.chainId(), iteration: m.iteration(),
      chain_key: b64(m.chainKey()) };
  },
  session_info: async (q) => {
    const u = user(q);
    const s = await u.sessions.getSession(addr(q.remote));
    if (!s) return { exists: false };
    return { exists: true, has_current: s.hasCurrentState(), size: s.serialize().length,
      local_registration_id: s.hasCurrentState() ? s.localRegistrationId() : null,
      remote_registration_id: s.hasCurrentState() ? s.remoteRegistrationId() : null };
  },
  export_session: async (q) => {
    const s = await user(q).sessions.getSession(addr(q.remote));
    return { session: s ? b64(s.serialize()) : null };
  },
  import_session: async (q) => {
    await user(q).sessions.saveSession(addr(q.remote), L.SessionRecord.deserialize(un64(q.session)));
    return {};
  },
  archive_session: async (q) => {
    const u = user(q);
    const s = await u.sessions.getSession(addr(q.remote));
    if (!s) throw new Error('no session');
    s.archiveCurrentState();
    await u.sessions.saveSession(addr(q.remote), s);
    return {};
  },
  delete_session: async (q) => { user(q).sessions.map.delete(addrKey(addr(q.remote))); return {}; },
  forget_identity: async (q) => { user(q).identities.known.delete(addrKey(addr(q.remote))); return {}; },

  // -- groups (sender keys)
  skdm_create: async (q) => {
    const u = user(q);
    const m = await L.SenderKeyDistributionMessage.create(u.address, q.distribution_id, u.senderKeys);
    return { skdm: b64(m.serialize()) };
  },
  skdm_process: async (q) => {
    const u = user(q);
    await L.processSenderKeyDistributionMessage(addr(q.sender),
      L.SenderKeyDistributionMessage.deserialize(un64(q.skdm)), u.senderKeys);
    return {};
  },
  group_encrypt: async (q) => {
    const u = user(q);
    const m = await L.groupEncrypt(u.address, q.distribution_id, u.senderKeys, un64(q.plaintext));
    return { type: m.type(), type_name: typeName[m.type()], body: b64(m.serialize()) };
  },
  group_decrypt: async (q) => {
    const u = user(q);
    return { plaintext: b64(await L.groupDecrypt(addr(q.sender), u.senderKeys, un64(q.body))) };
  },
  group_reset: async (q) => {
    user(q).senderKeys.map.delete(`${addrKey(addr(q.sender))}\u0000${q.distribution_id}`);
    return {};
  },

  // -- safety numbers
  fingerprint: async (q) => {
    const f = L.Fingerprint.new(q.iterations ?? 5200, q.version ?? 2,
      un64(q.local_id), L.PublicKey.deserialize(un64(q.local_key)),
      un64(q.remote_id), L.PublicKey.deserialize(un64(q.remote_key)));
    return { display: f.displayableFingerprint().toString(), scannable: b64(f.scannableFingerprint().toBuffer()) };
  },
  compare_scannable: async (q) => ({
    match: L.ScannableFingerprint._fromBuffer(un64(q.ours))
      .compare(L.ScannableFingerprint._fromBuffer(un64(q.theirs))),
  }),

  // -- sealed sender (optional stage)
  ss_make_certs: async (q) => {
    const u = user(q);
    const root = L.PrivateKey.generate();
    const server = L.PrivateKey.generate();
    const sc = L.ServerCertificate.new(q.server_key_id ?? 1, server.getPublicKey(), root);
    const cert = L.SenderCertificate.new(q.sender_uuid ?? u.address.name(), q.sender_e164 ?? null,
      u.address.deviceId(), u.identities.priv.getPublicKey(), q.expires ?? 4102444800000, sc, server);
    return { trust_root_public: b64(root.getPublicKey().serialize()), trust_root_private: b64(root.serialize()),
      server_certificate: b64(sc.serialize()), sender_certificate: b64(cert.serialize()) };
  },
  ss_encrypt: async (q) => {
    const u = user(q);
    const body = await L.sealedSenderEncryptMessage(un64(q.plaintext), addr(q.remote),
      L.SenderCertificate.deserialize(un64(q.sender_certificate)), u.sessions, u.identities);
    return { body: b64(body) };
  },
  ss_decrypt: async (q) => {
    const u = user(q);
    const r = await L.sealedSenderDecryptMessage(un64(q.body), L.PublicKey.deserialize(un64(q.trust_root_public)),
      q.timestamp ?? 1700000000000, q.local_e164 ?? null, q.local_uuid ?? u.address.name(),
      u.address.deviceId(), u.sessions, u.identities, u.prekeys, u.signed, u.kyber);
    return { plaintext: b64(r.message()), sender_uuid: r.senderUuid(), sender_device: r.deviceId() };
  },
  ss_group_encrypt: async (q) => {
    const u = user(q);
    const inner = await L.groupEncrypt(u.address, q.distribution_id, u.senderKeys, un64(q.plaintext));
    const usmc = L.UnidentifiedSenderMessageContent.new(inner,
      L.SenderCertificate.deserialize(un64(q.sender_certificate)), L.ContentHint.Implicit,
      q.group_id ? un64(q.group_id) : null);
    const sent = await L.sealedSenderMultiRecipientEncrypt({ content: usmc,
      recipients: q.recipients.map(addr), identityStore: u.identities, sessionStore: u.sessions });
    return { sent: b64(sent) };
  },
  ss_group_single: async (q) => ({
    body: b64(L.sealedSenderMultiRecipientMessageForSingleRecipient(un64(q.sent))),
  }),
  ss_open_usmc: async (q) => {
    const m = await L.sealedSenderDecryptToUsmc(un64(q.body), user(q).identities);
    return { type: m.msgType(), contents: b64(m.contents()), content_hint: m.contentHint(),
      group_id: m.groupId() ? b64(m.groupId()) : null,
      sender_certificate: b64(m.senderCertificate().serialize()) };
  },

  exit: async () => { setImmediate(() => process.exit(0)); return {}; },
};

export async function handle(q) {
  const base = q && q.id !== undefined ? { id: q.id } : {};
  try {
    const fn = Object.hasOwn(cmds, q.cmd) ? cmds[q.cmd] : null;
    if (!fn) throw new Error(`unknown command: ${q.cmd}`);
    return { ...base, ok: true, ...(await fn(q)) };
  } catch (e) {
    return { ...base, ok: false, error: {
      name: e?.name ?? 'Error', code: e?.code !== undefined ? String(L.ErrorCode[e.code] ?? e.code) : null,
      message: String(e?.message ?? e) } };
  }
}

if (process.argv[1] && import.meta.url === (await import('node:url')).pathToFileURL(process.argv[1]).href) {
  // Requests are handled strictly one after another, in the order they arrive.
  let chain = Promise.resolve();
  const rl = readline.createInterface({ input: process.stdin, crlfDelay: Infinity });
  rl.on('line', (line) => {
    if (!line.trim()) return;
    chain = chain.then(async () => {
      let out;
      try { out = await handle(JSON.parse(line)); }
      catch (e) { out = { ok: false, error: { name: 'BadRequest', code: null, message: String(e.message ?? e) } }; }
      process.stdout.write(JSON.stringify(out) + '\n');
    });
  });
  rl.on('close', () => { chain.then(() => process.exit(0)); });
}
