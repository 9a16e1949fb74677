// What crosses between JavaScript and the module (host-wasm/crossing.hpp), by the recorded layout.
//
// A text is a string, or a Uint8Array where it is no UTF-8; bytes are a Uint8Array. On its way in all texts of a call are
// one string, written into the module's memory at once; on its way out they are read at once and cut. Both are a matter of
// positions as long as every character is a byte. Where one is not, each text is written and read by itself.

import { layout } from "./layout.mjs";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const inPlace = 0x8000_0000;
const header = 12; // of an answer: its size, its kind, the size of its structure

/** Why the module would not read what it was given. */
export class Refused extends TypeError {}

/** Writes one call's input. Reused from call to call. */
class Writer {
  #buffer = new Uint8Array(16 << 10);
  #view = new DataView(this.#buffer.buffer);
  #at = 4;
  #texts = "";
  #apart = null; // the encoded texts, where they can't be written as one

  begin(apart) {
    this.#at = 4;
    this.#texts = "";
    this.#apart = apart ? [] : null;
  }

  text(value) {
    if (typeof value !== "string") {
      this.u32((value.length | inPlace) >>> 0);
      this.#append(value);
    } else if (this.#apart === null) {
      this.u32(value.length);
      this.#texts += value;
    } else {
      const encoded = encoder.encode(value);
      this.u32(encoded.length);
      this.#apart.push(encoded);
    }
  }

  bytes(value) {
    this.u32(value.length);
    this.#append(value);
  }

  u8(value) {
    this.#room(1);
    this.#buffer[this.#at++] = value;
  }

  u32(value) {
    this.#room(4);
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  f64(value) {
    this.#room(8);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  /** Into the memory of the module. The number of bytes; or -1: characters are not bytes, write each text apart. */
  send(exports) {
    const length = this.#apart === null ? this.#texts.length : this.#apart.reduce((sum, { length }) => sum + length, 0);
    const given = exports.postern_input(this.#at + length);
    if (given === 0) throw new RangeError(`the module has no room for ${this.#at + length} bytes`);
    this.#view.setUint32(0, this.#at - 4, true);
    const memory = new Uint8Array(exports.memory.buffer, given, this.#at + length);
    if (this.#apart === null) {
      const { read, written } = encoder.encodeInto(this.#texts, memory.subarray(this.#at));
      if (read !== length || written !== length) return -1;
    } else {
      let at = this.#at;
      for (const encoded of this.#apart) {
        memory.set(encoded, at);
        at += encoded.length;
      }
    }
    memory.set(this.#buffer.subarray(0, this.#at));
    this.#texts = "";
    if (this.#buffer.length > 1 << 20) this.#resize(16 << 10);
    return this.#at + length;
  }

  #append(bytes) {
    this.#room(bytes.length);
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #room(more) {
    if (this.#at + more > this.#buffer.length) this.#resize(Math.max(this.#buffer.length * 2, this.#at + more));
  }

  #resize(size) {
    const larger = new Uint8Array(size);
    if (size > this.#at) larger.set(this.#buffer.subarray(0, this.#at));
    this.#buffer = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** Reads one answer, which lies in the module's memory until the next call. */
class Reader {
  constructor(memory, answer) {
    const view = new DataView(memory.buffer);
    const size = view.getUint32(answer, true);
    const structure = view.getUint32(answer + 8, true);
    this.memory = memory.buffer;
    this.view = view;
    this.at = answer + header;
    this.textsAt = this.at + structure;
    const texts = new Uint8Array(memory.buffer, this.textsAt, size - 4 - structure);
    this.texts = decoder.decode(texts);
    this.cut = this.texts.length === texts.length ? 0 : -1; // -1: characters are not bytes
    if (view.getUint32(answer + 4, true) !== 0) throw new Refused(this.texts);
  }

  text() {
    const size = this.u32();
    if (size >= inPlace) return this.#bytes(size - inPlace);
    if (this.cut >= 0) return this.texts.slice(this.cut, (this.cut += size));
    const text = decoder.decode(new Uint8Array(this.memory, this.textsAt, size));
    this.textsAt += size;
    return text;
  }

  bytes() {
    return this.#bytes(this.u32());
  }

  #bytes(size) {
    const copy = new Uint8Array(this.memory, this.at, size).slice();
    this.at += size;
    return copy;
  }

  u8() {
    return this.view.getUint8(this.at++);
  }

  u32() {
    const value = this.view.getUint32(this.at, true);
    this.at += 4;
    return value;
  }

  f64() {
    const value = this.view.getFloat64(this.at, true);
    this.at += 8;
    return value;
  }
}

const plain = {
  text: { write: (to, value) => to.text(value), read: (from) => from.text() },
  bytes: { write: (to, value) => to.bytes(value), read: (from) => from.bytes() },
  bool: { write: (to, value) => to.u8(value ? 1 : 0), read: (from) => from.u8() !== 0 },
  u32: { write: (to, value) => to.u32(value), read: (from) => from.u32() },
  i32: { write: (to, value) => to.u32(value), read: (from) => from.u32() | 0 },
  f64: { write: (to, value) => to.f64(value), read: (from) => from.f64() },
};

/** {write(to, value), read(from)} of a type of the layout. */
function compile(type) {
  if (typeof type === "string") return plain[type];
  if (type.list !== undefined) return listOf(compile(type.list));
  if (type.optional !== undefined) return optionalOf(compile(type.optional));
  if (type.pair !== undefined) return pairOf(compile(type.pair[0]), compile(type.pair[1]));
  if (type.words !== undefined) return wordOf(type.words);
  if (type.cases !== undefined) return choiceOf(type.tag, type.cases);
  return fieldsOf(type.fields);
}

const listOf = (element) => ({
  write(to, list) {
    to.u32(list.length);
    for (const one of list) element.write(to, one);
  },
  read(from) {
    const list = new Array(from.u32());
    for (let i = 0; i < list.length; ++i) list[i] = element.read(from);
    return list;
  },
});

const optionalOf = (type) => ({
  write(to, value) {
    to.u8(value === null || value === undefined ? 0 : 1);
    if (value !== null && value !== undefined) type.write(to, value);
  },
  read: (from) => (from.u8() === 0 ? null : type.read(from)),
});

const pairOf = (first, second) => ({
  write(to, [one, another]) {
    first.write(to, one);
    second.write(to, another);
  },
  read: (from) => [first.read(from), second.read(from)],
});

function wordOf(words) {
  const index = new Map(words.map((word, at) => [word, at]));
  return { write: (to, word) => to.u8(known(index, word)), read: (from) => words[from.u8()] };
}

function known(index, word) {
  const at = index.get(word);
  if (at === undefined) throw new Refused(`expected one of ${[...index.keys()].join(", ")}, received ${word}`);
  return at;
}

function fieldsOf(fields) {
  const members = fields.map(([name, type]) => ({ name, type: compile(type) }));
  return {
    write(to, value) {
      for (const { name, type } of members) type.write(to, value[name]);
    },
    read(from) {
      const value = {};
      for (const { name, type } of members) value[name] = type.read(from);
      return value;
    },
  };
}

function choiceOf(tag, cases) {
  const index = new Map(cases.map(([word], at) => [word, at]));
  const members = cases.map(([word, fields]) => ({ word, type: fieldsOf(fields) }));
  return {
    write(to, value) {
      const at = known(index, value[tag]);
      to.u8(at);
      members[at].type.write(to, value);
    },
    read(from) {
      const { word, type } = members[from.u8()];
      return Object.assign({ [tag]: word }, type.read(from));
    },
  };
}

/** {write(to, value), read(from)} of everything that crosses, by its name. */
export const types = { ...plain, texts: listOf(plain.text) };
for (const [name, type] of layout) types[name] = compile(type);

/** The calls of one instance: `call(name, handle, write, result type)`. */
export class Crossing {
  #exports;
  #writer = new Writer();

  constructor(exports) {
    this.#exports = exports;
  }

  /** Calls the export with what `write(to)` writes, and gives what `type` reads. `handle`: before the size, if given. */
  call(name, handle, write, type) {
    const size = this.#write(write);
    const call = this.#exports[name];
    const answer = handle === undefined ? call(size) : call(handle, size);
    return type.read(new Reader(this.#exports.memory, answer));
  }

  /** The same with text as it is. */
  callWithText(name, text, type) {
    const bytes = encoder.encode(text);
    const given = this.#exports.postern_input(bytes.length);
    if (given === 0) throw new RangeError(`the module has no room for ${bytes.length} bytes`);
    new Uint8Array(this.#exports.memory.buffer, given, bytes.length).set(bytes);
    return type.read(new Reader(this.#exports.memory, this.#exports[name](bytes.length)));
  }

  #write(write) {
    for (const apart of [false, true]) {
      this.#writer.begin(apart);
      try {
        write(this.#writer);
      } catch (error) {
        if (error instanceof Refused) throw error;
        throw new Refused(`not of the layout: ${error.message}`); // a member that is missing or of another type
      }
      const size = this.#writer.send(this.#exports);
      if (size >= 0) return size;
    }
    throw new Refused("a text that is none");
  }
}
