// A client of Fingerpost as a stranger would write it: from shared/src/sync/PROTOCOL.md alone, with
// the stock automerge package and fetch. It keeps its cases in memory, where a real one writes each
// to disk before it says that anything is saved.

import { randomBytes } from "node:crypto";
import * as Automerge from "@automerge/automerge";
import { decode, encode } from "./cbor.mjs";

const PROTOCOL = 1;
const ROOM_BYTES = 1024 * 1024;
const PUSH_BYTES_TARGET = 256 * 1024;
const CHANGE_BYTES_MAX = 256 * 1024;
const GZIP_FROM_BYTES = 256;
const CHUNK_TYPE_AT = 8;
const CHUNK_CHANGE = 1;
const STORED = 0;
const QUARANTINED = 1;
const EARLY = 2;

/**
 * Uses a sign-in link up and gives the new device's session: its cookie, and the secret that a real
 * client keeps under the lock under which it keeps its cases.
 */
export async function join(link) {
  const response = await fetch(link, { method: "POST", redirect: "manual" });
  if (response.status !== 303) throw new Error(`${response.status}: ${await response.text()}`);
  const [cookie] = response.headers.getSetCookie();
  const secret = randomBytes(32).toString("hex");
  return { origin: new URL(link).origin, cookie: cookie.split(";")[0], secret };
}

/** One device of one person. */
export class Client {
  epoch = null;
  cursor = [0, 0];
  /** By identifier: the document, own changes that the server lacks, and why it refused one. */
  cases = new Map();
  /** Bytes of the last exchange: request as sent, answer as received. */
  bodyBytes = [0, 0];
  #again = new Set();
  #session = randomBytes(8).toString("hex");

  constructor({ origin, cookie, secret }) {
    this.origin = origin;
    this.cookie = cookie;
    this.secret = secret;
  }

  /** Learns whose device this is; to be called first. */
  async me() {
    const fields = decode(await this.#fetched("/api/me"));
    const [version, serviceName, demonstration, user, device, name, role] = fields;
    Object.assign(this, { user: uuid(user), device: uuid(device), role: JSON.parse(role) });
    return { version, serviceName, demonstration, name };
  }

  /** The directory of services: identifier and name of each. */
  async directory() {
    const [, services] = decode(await this.#fetched("/api/directory"));
    return services.map(([id, name]) => ({ id, name }));
  }

  /** Begins a document, or opens one that was received, for this person's and device's changes. */
  #signed(document) {
    // The package draws an actor of its own whenever the author changes, so the author comes first.
    const authored = Automerge.clone(document, { author: hex(this.user) });
    return Automerge.clone(authored, { actor: hex(this.device) + this.#session });
  }

  /** Begins a case. */
  begin(write) {
    const id = uuid(randomUuid());
    this.cases.set(id, { document: this.#signed(Automerge.init()), unsent: [], refused: null });
    this.write(id, (root) => {
      Object.assign(root, scalars({ format: 1, case: id }), { person: {}, events: {}, drafts: {} });
      write(root);
    });
    return id;
  }

  /** Writes one change to a case. */
  write(id, write) {
    const held = this.cases.get(id);
    const time = Math.floor(Date.now() / 1000);
    const document = Automerge.change(held.document, { time }, write);
    const change = Automerge.getLastLocalChange(document);
    if (change[CHUNK_TYPE_AT] !== CHUNK_CHANGE) throw new Error("the change is compressed");
    if (change.length > CHANGE_BYTES_MAX) throw new Error("the change is too large");
    held.document = document;
    held.unsent.push(change);
  }

  /** Signs an event of a case and gives its identifier. */
  sign(id, kind, fields) {
    const event = ulid(Date.now());
    const common = { kind, at: londonTime(), recorded_at: new Date().toISOString() };
    const signature = { by: this.user, role: this.role };
    this.write(id, (root) => {
      root.events[event] = scalars({ ...common, ...signature, ...fields });
    });
    return event;
  }

  /** One exchange. Gives the verdicts in the order of the push, and whether there is more. */
  async exchange() {
    const push = this.#push();
    const again = [...this.#again];
    const message = [PROTOCOL, this.epoch, this.cursor, push, ROOM_BYTES, again.map(fromUuid)];
    const answer = decode(await this.#fetched("/api/sync", encode(message)));
    const [epoch, cursor, receipts, updates, removed, more] = answer;
    const restored = this.epoch !== null && hex(uuid(this.epoch)) !== hex(uuid(epoch));
    if (restored) this.#countEverythingAsUnsent();
    const verdicts = receipts.flatMap(([id, given], index) => {
      this.#receive(uuid(id), push[index][1], given);
      return given;
    });
    for (const [id, snapshot, changes] of updates) this.#update(uuid(id), snapshot, changes);
    for (const id of removed) this.#remove(uuid(id));
    // Last, and with everything else in one write: what was not kept must come again.
    this.epoch = epoch;
    this.cursor = cursor;
    return { verdicts, more, restored };
  }

  /** Exchanges until both sides have everything. Gives all verdicts and the number of exchanges. */
  async sync() {
    const verdicts = [];
    for (let exchanges = 1; ; exchanges += 1) {
      const done = await this.exchange();
      verdicts.push(...done.verdicts);
      if (!done.more && !done.restored && this.#push().length === 0) return { verdicts, exchanges };
      if (done.verdicts.includes(EARLY)) throw new Error("something written before it is missing");
    }
  }

  #push() {
    const push = [];
    let bytes = 0;
    for (const [id, held] of this.cases) {
      if (held.unsent.length === 0 || held.refused !== null) continue;
      const changes = [];
      for (const change of held.unsent) {
        if (bytes > 0 && bytes + change.length > PUSH_BYTES_TARGET) break;
        bytes += change.length;
        changes.push(change);
      }
      if (changes.length > 0) push.push([fromUuid(id), changes]);
    }
    return push;
  }

  #receive(id, changes, verdicts) {
    const held = this.cases.get(id);
    const settled = new Set();
    verdicts.forEach((verdict, index) => {
      if (verdict === STORED || verdict === QUARANTINED) settled.add(hash(changes[index]));
      else if (verdict !== EARLY) held.refused = verdict;
      if (verdict === QUARANTINED) held.movedAway = true;
    });
    held.unsent = held.unsent.filter((change) => !settled.has(hash(change)));
    // What was kept apart is with the lead now; nothing more of the case comes here.
    if (held.movedAway && held.unsent.length === 0) this.cases.delete(id);
  }

  #update(id, snapshot, changes) {
    const held = this.cases.get(id);
    let document = held?.document ?? this.#signed(Automerge.init());
    try {
      if (snapshot) document = Automerge.merge(document, Automerge.load(snapshot));
      [document] = Automerge.applyChanges(document, changes);
      if (Automerge.getMissingDeps(document, []).length > 0) throw new Error("not whole");
    } catch {
      // One case that cannot be read holds no other up.
      this.#again.add(id);
      return;
    }
    this.#again.delete(id);
    this.cases.set(id, { unsent: [], refused: null, ...held, document });
  }

  #remove(id) {
    const held = this.cases.get(id);
    if (held?.unsent.length > 0) held.movedAway = true;
    else this.cases.delete(id);
  }

  // The server was restored from a backup: what it acknowledged may be gone.
  #countEverythingAsUnsent() {
    for (const held of this.cases.values()) {
      const own = (change) => Automerge.decodeChange(change).actor.startsWith(hex(this.device));
      held.unsent = Automerge.getAllChanges(held.document).filter(own);
      held.refused = null;
    }
  }

  async #fetched(path, body) {
    const headers = { cookie: this.cookie, "fingerpost-secret": this.secret };
    if (this.device) headers["fingerpost-device"] = this.device;
    const request = { headers, redirect: "error" };
    if (body) {
      headers["content-type"] = "application/cbor";
      const pays = body.length >= GZIP_FROM_BYTES;
      if (pays) headers["content-encoding"] = "gzip";
      Object.assign(request, { method: "POST", body: pays ? await gzipped(body) : body });
    }
    const response = await fetch(this.origin + path, request);
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
    const answer = new Uint8Array(await response.arrayBuffer());
    this.bodyBytes = [request.body?.length ?? 0, answer.length];
    return answer;
  }
}

/** A value for the document: every text becomes a scalar, since a plain one would be merged text. */
export function scalars(value) {
  if (typeof value === "string") return new Automerge.ImmutableString(value);
  if (Array.isArray(value)) return value.map(scalars);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, scalars(inner)]));
}

/** Every value of a field of the person: several when people wrote at once. */
export function register(document, field) {
  const conflicts = Automerge.getConflicts(document.person, field);
  const values = conflicts ? Object.values(conflicts) : [document.person[field]];
  const texts = values.filter((value) => value !== undefined).map(String);
  return [...new Set(texts.filter((text) => text !== ""))].sort();
}

/** An event's identifier: 48 bits of milliseconds and 80 random ones, in base 32. */
export function ulid(unixMs) {
  const random = BigInt(`0x${randomBytes(10).toString("hex")}`);
  let number = (BigInt(unixMs) << 80n) | random;
  let text = "";
  for (let digit = 0; digit < 26; digit += 1) {
    text = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[Number(number & 31n)] + text;
    number >>= 5n;
  }
  return text;
}

// The clock on the wall in London, as YYYY-MM-DDTHH:MM:SS.
function londonTime() {
  const shown = new Intl.DateTimeFormat("en-GB", {
    timeZone: "Europe/London",
    ...{ year: "numeric", month: "2-digit", day: "2-digit", hourCycle: "h23" },
    ...{ hour: "2-digit", minute: "2-digit", second: "2-digit" },
  });
  const part = Object.fromEntries(
    shown.formatToParts(new Date()).map(({ type, value }) => [type, value]),
  );
  return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}`;
}

async function gzipped(body) {
  const stream = new Blob([body]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function randomUuid() {
  const bytes = new Uint8Array(randomBytes(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes;
}

function uuid(bytes) {
  const digits = Buffer.from(bytes).toString("hex");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function fromUuid(text) {
  return new Uint8Array(Buffer.from(hex(text), "hex"));
}

function hex(text) {
  return text.replaceAll("-", "");
}

function hash(change) {
  return Automerge.decodeChange(change).hash;
}
