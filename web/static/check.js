// Checks a proof bundle (format suxin-bundle/1) with nothing but its own bytes and one key.
// It follows ledger/verify.py step by step: form, checkpoint, header, part, payload, items,
// inclusion. The rule that must stay true: what cannot be computed is reported as a failure or as
// not checked, never as proven.

const TAGS = { public: 1, chain: 2, authority: 3, personal: 4 };
const NUMBER = "(0|[1-9][0-9]{0,15})";
const HEADER = new RegExp(
  '^\\{"actor":"([A-Za-z0-9_.:-]+)","kind":"([A-Za-z0-9_.:-]+)","log":' + NUMBER +
  ',"payload_hash":"([0-9a-f]{64})","prev":"([0-9a-f]{64})",' +
  '"recorded_at":"([0-9TZ.:-]+)","seq":' + NUMBER + ',"v":1\\}$'
);
const PATH = /^(?:\/(?:[^/#~]|~[012])*|#(?:0|[1-9][0-9]{0,8}))+$/;

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Why a check stopped: `step` names the check, `seq` the entry where one is known. */
export class Refusal extends Error {
  constructor(step, reason, seq = null) {
    super(reason);
    this.step = step;
    this.reason = reason;
    this.seq = seq;
  }
}

/**
 * Return what the bundle proves to somebody who trusts `vkey`, and every failure.
 * `isSigned` is null where this browser cannot check Ed25519 (RFC 8032).
 */
export async function checkBundle(text, vkey) {
  const bundle = parseBundle(text);
  const key = await parseKey(vkey);
  const { state, isSigned } = await openCheckpoint(bundle, key);
  const entries = [];
  const failures = [];
  for (const entry of bundle.entries) {
    try {
      entries.push(await checkEntry(entry, bundle.log, state));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      failures.push(new Refusal(error.step, error.reason, entry.proof.index));
    }
  }
  const isNamed = entries.some((entry) => names(entry, bundle.subject));
  if (bundle.subject && !isNamed) failures.push(new Refusal("items", "bad_items"));
  return { log: bundle.log, subject: bundle.subject, state, isSigned, entries, failures };
}

/** Return whether a checked entry names `uri`, openly or by the proof of an item. */
export function names(entry, uri) {
  return entry.items.includes(uri) || [...entry.leaves.values()].includes(uri);
}

function parseBundle(text) {
  let bundle;
  try {
    bundle = JSON.parse(text);
  } catch {
    throw new Refusal("format", "bad_format");
  }
  // One spelling (RFC 8785): a doubled key or a lost digit would not come back the same.
  const isWhole =
    canonical(bundle) === text &&
    hasKeys(bundle, "checkpoint cosignatures entries format log subject") &&
    bundle.format === "suxin-bundle/1" &&
    [bundle.checkpoint, bundle.subject].every((value) => typeof value === "string") &&
    Number.isSafeInteger(bundle.log) &&
    isListOf(bundle.cosignatures, (line) => typeof line === "string") &&
    isListOf(bundle.entries, isEntry) &&
    bundle.entries.length > 0 &&
    isAscending(bundle.entries.map((entry) => entry.proof.index));
  if (!isWhole) throw new Refusal("format", "bad_format");
  return bundle;
}

function isEntry(entry) {
  return (
    hasKeys(entry, "header items part_hashes parts proof") &&
    typeof entry.header === "string" &&
    hasKeys(entry.proof, "index path") &&
    isProof(entry.proof) &&
    isListOf(entry.items, (item) => hasKeys(item, "index item key path") && isProof(item)) &&
    isListOf(entry.parts, (part) => hasKeys(part, "body part salt") && isPart(part.part)) &&
    isAscending(entry.parts.map((part) => TAGS[part.part])) &&
    isAscending(entry.items.map((item) => toHex(utf8.encode(item.item)))) &&
    Object.keys(entry.part_hashes).every(isPart)
  );
}

function isProof(proof) {
  return (
    Number.isSafeInteger(proof.index) &&
    proof.index >= 0 &&
    isListOf(proof.path, (node) => typeof node === "string") &&
    proof.path.length <= 63
  );
}

function isPart(name) {
  return Object.hasOwn(TAGS, name);
}

/** Numbers, or hexadecimal texts that compare as the bytes they spell. */
function isAscending(values) {
  return values.every((value, at) => at === 0 || values[at - 1] < value);
}

function isListOf(value, test) {
  return Array.isArray(value) && value.every(test);
}

function hasKeys(value, keys) {
  const isObject = value !== null && typeof value === "object" && !Array.isArray(value);
  return isObject && Object.keys(value).sort().join(" ") === keys;
}

/** Return the verifier key of C2SP signed-note: name+id+base64(type || key). */
async function parseKey(vkey) {
  const [name, id, ...rest] = vkey.split("+");
  const material = fromBase64(rest.join("+"), "checkpoint");
  if (!name || material.length !== 33 || material[0] !== 1) {
    throw new Refusal("checkpoint", "no_key");
  }
  const digest = await sha256(utf8.encode(`${name}\n`), material);
  if (toHex(digest.subarray(0, 4)) !== id) throw new Refusal("checkpoint", "no_key");
  return { name, id, bytes: material.subarray(1) };
}

async function openCheckpoint(bundle, key) {
  const cut = bundle.checkpoint.lastIndexOf("\n\n");
  if (cut < 0 || !bundle.checkpoint.endsWith("\n")) throw new Refusal("checkpoint", "bad_format");
  const signed = bundle.checkpoint.slice(0, cut + 1);
  const lines = bundle.checkpoint.slice(cut + 2, -1).split("\n");
  const [origin, size, root] = signed.split("\n");
  const isState =
    origin === key.name &&
    origin.endsWith(`/log/${bundle.log}`) &&
    /^(?:0|[1-9][0-9]*)$/.test(size) &&
    Number.isSafeInteger(Number(size));
  if (!isState) throw new Refusal("checkpoint", "bad_format");
  const state = { origin, size: Number(size), root: fromBase64(root, "checkpoint") };
  let isSigned = false;
  for (const line of lines) {
    const outcome = await checkSignature(line, signed, key);
    if (outcome === null) isSigned = null;
    else if (outcome && isSigned !== null) isSigned = true;
  }
  if (isSigned === false) throw new Refusal("checkpoint", "bad_signature");
  return { state, isSigned };
}

/** Return false for a line of another key, true for a good signature, null where unsupported. */
async function checkSignature(line, signed, key) {
  const fields = line.split(" ");
  if (fields.length !== 3 || fields[0] !== "\u2014") throw new Refusal("checkpoint", "bad_format");
  if (fields[1] !== key.name) return false;
  const bytes = fromBase64(fields[2], "checkpoint");
  if (toHex(bytes.subarray(0, 4)) !== key.id) return false;
  let imported;
  try {
    imported = await crypto.subtle.importKey("raw", key.bytes, { name: "Ed25519" }, false, ["verify"]);
  } catch {
    return null;
  }
  const data = utf8.encode(signed);
  // A known key with a bad signature fails the whole note (C2SP signed-note).
  if (!(await crypto.subtle.verify({ name: "Ed25519" }, imported, bytes.subarray(4), data))) {
    throw new Refusal("checkpoint", "bad_signature");
  }
  return true;
}

async function checkEntry(entry, log, state) {
  const bytes = fromBase64(entry.header, "header");
  const header = HEADER.exec(decode(bytes, "header"));
  const seq = entry.proof.index;
  if (!header || Number(header[3]) !== log || Number(header[7]) !== seq) {
    throw new Refusal("header", "bad_format");
  }
  const leaves = await checkParts(entry);
  await checkPayload(entry, header[4]);
  await checkItems(entry, leaves);
  const leaf = await sha256(Uint8Array.of(0), bytes);
  if (!(await isIncluded(seq, state.size, leaf, entry.proof.path, state.root, "inclusion"))) {
    throw new Refusal("inclusion", "bad_inclusion");
  }
  return {
    seq,
    recordedAt: header[6],
    leaves,
    items: entry.items.map((item) => item.item),
    hidden: Object.keys(entry.part_hashes).length - entry.parts.length,
  };
}

/** part_hash = SHA-256(salt || body); the leaves of all visible parts come back as one map. */
async function checkParts(entry) {
  const leaves = new Map();
  for (const part of entry.parts) {
    const salt = fromHex(part.salt, 16, "part");
    const body = fromBase64(part.body, "part");
    const digest = toHex(await sha256(salt, body));
    if (digest !== entry.part_hashes[part.part]) throw new Refusal("part", "bad_hash");
    for (const [path, leaf] of leavesOf(decode(body, "part"))) {
      if (leaves.has(path)) throw new Refusal("part", "bad_format");
      leaves.set(path, leaf);
    }
  }
  return leaves;
}

function leavesOf(text) {
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    throw new Refusal("part", "bad_format");
  }
  const isFlat =
    body !== null && typeof body === "object" && !Array.isArray(body) && canonical(body) === text;
  const pairs = isFlat ? Object.entries(body) : [];
  const isSound = pairs.every(
    ([path, leaf]) =>
      PATH.test(path) &&
      path.startsWith("/") &&
      (leaf === null || typeof leaf !== "object" || Object.keys(leaf).length === 0)
  );
  if (!isFlat || !isSound) throw new Refusal("part", "bad_format");
  return pairs;
}

/** payload_hash = SHA-256(0x02 || for each part in order of its tag: tag || part_hash). */
async function checkPayload(entry, expected) {
  const packed = [Uint8Array.of(2)];
  for (const [name, tag] of Object.entries(TAGS)) {
    const digest = entry.part_hashes[name];
    if (digest !== undefined) packed.push(Uint8Array.of(tag), fromHex(digest, 32, "payload"));
  }
  if (toHex(await sha256(...packed)) !== expected) throw new Refusal("payload", "bad_hash");
}

/** leaf = SHA-256(0x00 || key || item), in a full tree whose root the public part states. */
async function checkItems(entry, leaves) {
  if (!entry.items.length) return;
  const root = fromHex(leaves.get("/itemsRoot"), 32, "items");
  for (const item of entry.items) {
    const key = fromHex(item.key, 32, "items");
    const leaf = await sha256(Uint8Array.of(0), key, utf8.encode(item.item));
    const width = 2 ** item.path.length;
    if (item.path.length > 20 || !(await isIncluded(item.index, width, leaf, item.path, root, "items"))) {
      throw new Refusal("items", "bad_items");
    }
  }
}

/** RFC 9162 2.1.3.2, with division for shifts because indices pass 2^31. */
async function isIncluded(index, size, leaf, path, root, step) {
  if (index >= size) return false;
  let node = leaf;
  let at = index;
  let last = size - 1;
  for (const text of path) {
    if (last === 0) return false;
    const sibling = fromHex(text, 32, step);
    if (at % 2 === 1 || at === last) {
      node = await sha256(Uint8Array.of(1), sibling, node);
      while (at % 2 === 0 && at !== 0) {
        at /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      node = await sha256(Uint8Array.of(1), node, sibling);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && toHex(node) === toHex(root);
}

/** RFC 8785: keys by UTF-16 unit and the numbers of ECMAScript, which is what this language does. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

async function sha256(...pieces) {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

function decode(bytes, step) {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    throw new Refusal(step, "bad_format");
  }
}

function fromBase64(text, step) {
  let binary;
  try {
    binary = atob(text);
  } catch {
    throw new Refusal(step, "bad_format");
  }
  // Most readers forgive unused bits and white space; here one text stands for one value.
  if (btoa(binary) !== text) throw new Refusal(step, "bad_format");
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

function fromHex(text, length, step) {
  if (typeof text !== "string" || text.length !== 2 * length || !/^[0-9a-f]*$/.test(text)) {
    throw new Refusal(step, "bad_format");
  }
  return Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
}

function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
