// Where each field of a message lies in its bytes, and messages put together anew from their fields.

const VARINT = 0;
const BYTES = 2;

const WHISPER = {
  version: true,
  fields: { 1: "ratchet_key", 2: "counter", 3: "previous_counter", 4: "ciphertext", 5: "pq_ratchet", 6: "addresses" },
  tail: { name: "mac", length: 8 },
};

/** The layouts of all kinds of messages; a field may hold a message again, or begin with a type. */
export const LAYOUTS = {
  whisper: WHISPER,
  prekey: {
    version: true,
    fields: {
      1: "pre_key_id",
      2: "base_key",
      3: "identity_key",
      4: "message",
      5: "registration_id",
      6: "signed_pre_key_id",
      7: "kyber_pre_key_id",
      8: "kyber_ciphertext",
    },
    inside: { message: WHISPER },
    typed: ["kyber_ciphertext"],
  },
  senderKey: {
    version: true,
    fields: { 1: "distribution_uuid", 2: "chain_id", 3: "iteration", 4: "ciphertext" },
    tail: { name: "signature", length: 64 },
  },
  distribution: {
    version: true,
    fields: { 1: "distribution_uuid", 2: "chain_id", 3: "iteration", 4: "chain_key", 5: "signing_key" },
  },
  sealed1: {
    version: true,
    fields: { 1: "ephemeral", 2: "encrypted_static", 3: "encrypted_message" },
  },
  sealed2: {
    version: true,
    parts: [["wrapped_key", 32], ["tag", 16], ["ephemeral", 32], ["content", Infinity]],
  },
};

/** The name of the field that each bit belongs to; bit 0 of a byte is its lowest. */
export function bitNames(bytes, layout, prefix = "") {
  const names = [];
  const name = (text, count) => names.push(...new Array(8 * count).fill(prefix + text));
  let body = bytes;
  if (layout.version) {
    names.push(...new Array(4).fill(`${prefix}version, low half`), ...new Array(4).fill(`${prefix}version, high half`));
    body = body.subarray(1);
  }
  const tail = layout.tail?.length ?? 0;
  for (const { field, tag, length, value } of split(body.subarray(0, body.length - tail), layout)) {
    if (tag) name(`${field}, tag`, tag);
    if (length) name(`${field}, length`, length);
    const inside = layout.inside?.[field];
    if (inside) names.push(...bitNames(value, inside, `${prefix}${field}.`));
    else if (layout.typed?.includes(field)) name(`${field}, type`, 1), name(field, value.length - 1);
    else name(field, value.length);
  }
  if (tail) name(layout.tail.name, tail);
  return names;
}

function split(body, layout) {
  if (layout.parts === undefined) return fields(body).map((one) => ({ ...one, field: layout.fields[one.number] }));
  let at = 0;
  return layout.parts.map(([field, length]) => ({ field, value: body.subarray(at, (at += length)) }));
}

/** The fields of a protobuf message, with the lengths of tag and length, and the value's bytes. */
function fields(body) {
  const found = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      value += (body[at] & 127) * 2 ** shift;
      if (body[at++] < 128) return value;
    }
  };
  while (at < body.length) {
    const start = at;
    const tag = varint();
    const field = { number: tag >> 3, kind: tag & 7, tag: at - start, length: 0 };
    const behind = at;
    if (field.kind === VARINT) {
      varint();
      field.value = body.subarray(behind, at);
    } else {
      const length = varint();
      field.length = at - behind;
      field.value = body.subarray(at, (at += length));
    }
    found.push(field);
  }
  return found;
}

function varint(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}

/**
 * The same message with some fields replaced: by other bytes, by a number, or by null, which leaves
 * the field out. What follows the fields, as a MAC, stays.
 */
export function rebuilt(bytes, layout, changes, version = bytes[0]) {
  const tail = bytes.length - (layout.tail?.length ?? 0);
  const parts = [Buffer.from([version])];
  for (const { number, kind, value } of fields(bytes.subarray(1, tail))) {
    const changed = changes[layout.fields[number]];
    if (changed === null) continue;
    const tag = varint((number << 3) | kind);
    if (kind === BYTES) parts.push(Buffer.from([...tag, ...varint((changed ?? value).length)]), changed ?? value);
    else parts.push(Buffer.from(tag), changed === undefined ? value : Buffer.from(varint(changed)));
  }
  return Buffer.concat([...parts, bytes.subarray(tail)]);
}

/** The bytes of a field. */
export function fieldOf(bytes, layout, name) {
  const tail = bytes.length - (layout.tail?.length ?? 0);
  return fields(bytes.subarray(1, tail)).find(({ number }) => layout.fields[number] === name).value;
}
