// The part of CBOR (RFC 8949) that the protocol uses: integers, byte strings, texts, arrays, true,
// false and null. Nothing else is ever sent, so anything else is an error.

const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const FALSE = 0xf4;
const TRUE = 0xf5;
const NULL = 0xf6;

/** The bytes of a value: whole numbers, Uint8Array, text, arrays, booleans and null. */
export function encode(value) {
  const parts = [];
  write(value, parts);
  return Uint8Array.from(Buffer.concat(parts));
}

/** The value of the bytes, which are exactly one. Numbers that JavaScript cannot hold are BigInt. */
export function decode(bytes) {
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at: 0 };
  const value = read(reader);
  if (reader.at !== bytes.length) throw new Error("something follows the message");
  return value;
}

function write(value, parts) {
  if (value === null) return parts.push(Buffer.of(NULL));
  if (typeof value === "boolean") return parts.push(Buffer.of(value ? TRUE : FALSE));
  if (typeof value === "bigint" || Number.isSafeInteger(value)) {
    return value < 0
      ? parts.push(head(NEGATIVE, -1n - BigInt(value)))
      : parts.push(head(UNSIGNED, BigInt(value)));
  }
  if (value instanceof Uint8Array) return parts.push(head(BYTES, BigInt(value.length)), value);
  if (typeof value === "string") {
    const text = Buffer.from(value, "utf8");
    return parts.push(head(TEXT, BigInt(text.length)), text);
  }
  if (Array.isArray(value)) {
    parts.push(head(ARRAY, BigInt(value.length)));
    return value.forEach((item) => write(item, parts));
  }
  throw new Error(`a ${typeof value} has no place in a message`);
}

// The type in the first three bits, then the number in as few bytes as hold it.
function head(type, number) {
  const first = type << 5;
  if (number < 24n) return Buffer.of(first | Number(number));
  const size = number < 1n << 8n ? 0 : number < 1n << 16n ? 1 : number < 1n << 32n ? 2 : 3;
  const bytes = Buffer.alloc(9);
  bytes.writeBigUInt64BE(number, 1);
  const tail = bytes.subarray(9 - (1 << size));
  return Buffer.concat([Buffer.of(first | (24 + size)), tail]);
}

function read(reader) {
  const first = reader.view.getUint8(reader.at++);
  if (first === NULL) return null;
  if (first === TRUE || first === FALSE) return first === TRUE;
  const number = readNumber(reader, first & 31);
  switch (first >> 5) {
    case UNSIGNED:
      return narrow(number);
    case NEGATIVE:
      return narrow(-1n - number);
    case BYTES:
      return readBytes(reader, Number(number));
    case TEXT:
      return new TextDecoder("utf-8", { fatal: true }).decode(readBytes(reader, Number(number)));
    case ARRAY:
      return Array.from({ length: Number(number) }, () => read(reader));
    default:
      throw new Error(`no message holds the type ${first >> 5}`);
  }
}

function readNumber(reader, short) {
  if (short < 24) return BigInt(short);
  if (short > 27) throw new Error("no message leaves a length open");
  const size = 1 << (short - 24);
  let number = 0n;
  for (const byte of readBytes(reader, size)) number = (number << 8n) | BigInt(byte);
  return number;
}

function readBytes(reader, length) {
  const { view, at } = reader;
  if (length > view.byteLength - at) throw new Error("the message ends too early");
  reader.at += length;
  return new Uint8Array(view.buffer, view.byteOffset + at, length);
}

function narrow(number) {
  const safe = Number(number);
  return Number.isSafeInteger(safe) ? safe : number;
}
