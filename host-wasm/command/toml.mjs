// TOML 1.0 as configuration files use it: comments, keys, tables, arrays of tables, texts of every form, whole numbers, true and
// false, arrays, inline tables. What else TOML knows (dates, fractions) is no setting of ours, and refused by its line.

/** The table of a text. Throws {line, message}. */
export function parseToml(text) {
  return new Reader(text).document();
}

class Reader {
  #text;
  #at = 0;
  #closed = new Set(); // tables that may not be opened again: defined by a header, or inline

  constructor(text) {
    this.#text = text.replaceAll("\r\n", "\n");
  }

  document() {
    const root = {};
    let table = root;
    for (;;) {
      this.#blank(true);
      if (this.#at === this.#text.length) return root;
      if (this.#take("[[")) table = this.#element(root);
      else if (this.#take("[")) table = this.#table(root);
      else this.#pair(table);
      this.#blank(false);
      if (this.#at < this.#text.length && !this.#take("\n")) this.#fail("expected the end of the line");
    }
  }

  #table(root) {
    const keys = this.#keys();
    if (!this.#take("]")) this.#fail("expected ]");
    const table = this.#open(root, keys);
    if (this.#closed.has(table)) this.#fail(`${keys.join(".")} comes twice`);
    this.#closed.add(table);
    return table;
  }

  #element(root) {
    const keys = this.#keys();
    if (!this.#take("]]")) this.#fail("expected ]]");
    const last = keys.pop();
    const within = this.#open(root, keys);
    const list = (within[last] ??= []);
    if (!Array.isArray(list) || this.#closed.has(list)) this.#fail(`${last} is something else already`);
    const element = {};
    list.push(element);
    return element;
  }

  #pair(table) {
    const keys = this.#keys();
    if (!this.#take("=")) this.#fail("expected = after a key");
    this.#blank(false);
    const last = keys.pop();
    const within = this.#open(table, keys);
    if (Object.hasOwn(within, last)) this.#fail(`${last} comes twice`);
    within[last] = this.#value();
  }

  /** The table that these keys lead to; the last element, where there is an array of them. */
  #open(from, keys) {
    let table = from;
    for (const key of keys) {
      if (!Object.hasOwn(table, key)) table[key] = {};
      table = Array.isArray(table[key]) && !this.#closed.has(table[key]) ? table[key].at(-1) : table[key];
      if (table === null || typeof table !== "object" || Array.isArray(table)) this.#fail(`${key} is no table`);
    }
    return table;
  }

  #keys() {
    const keys = [];
    do {
      this.#blank(false);
      const quote = this.#text[this.#at];
      const key = quote === '"' || quote === "'" ? this.#string(quote) : this.#match(/[A-Za-z0-9_-]+/y);
      if (key === undefined || key === "__proto__") this.#fail("expected a key");
      keys.push(key);
      this.#blank(false);
    } while (this.#take("."));
    return keys;
  }

  #value() {
    const quote = this.#text[this.#at];
    if (quote === '"' || quote === "'") return this.#string(quote);
    if (this.#take("[")) return this.#array();
    if (this.#take("{")) return this.#inline();
    const word = this.#match(/[^\s,\]}#]+/y);
    if (word === "true" || word === "false") return word === "true";
    if (/^[+-]?(0|[1-9](_?[0-9])*)$/.test(word ?? "")) return Number(word.replaceAll("_", ""));
    return this.#fail("expected a text in quotes, a whole number, true, false, or a list of them");
  }

  #array() {
    const list = [];
    this.#closed.add(list);
    for (this.#blank(true); !this.#take("]"); this.#blank(true)) {
      list.push(this.#value());
      this.#blank(true);
      if (!this.#take(",") && this.#text[this.#at] !== "]") this.#fail("expected , or ]");
    }
    return list;
  }

  #inline() {
    const table = {};
    this.#blank(false);
    if (this.#take("}")) return table;
    do this.#pair(table);
    while ((this.#blank(false), this.#take(",")));
    if (!this.#take("}")) this.#fail("expected , or }");
    this.#closed.add(table);
    return table;
  }

  #string(quote) {
    const many = quote.repeat(3);
    if (this.#take(many)) {
      this.#take("\n");
      const end = this.#endOf(many);
      const text = this.#text.slice(this.#at, end);
      this.#at = end + 3;
      return quote === "'" ? text : this.#unescaped(text.replaceAll(/\\[ \t]*\n\s*/g, ""));
    }
    this.#take(quote);
    const text = this.#match(quote === "'" ? /[^'\n]*/y : /(?:[^"\\\n]|\\.)*/y) ?? "";
    if (!this.#take(quote)) this.#fail("expected the end of the text");
    return quote === "'" ? text : this.#unescaped(text);
  }

  #endOf(many) {
    for (let at = this.#at; at < this.#text.length; ++at) {
      if (many === '"""' && this.#text[at] === "\\") ++at;
      else if (this.#text.startsWith(many, at)) return this.#text.startsWith(many[0], at + 3) ? at + 1 : at;
    }
    return this.#fail("expected the end of the text");
  }

  #unescaped(text) {
    return text.replaceAll(/\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[^])/g, (whole, what) => {
      if (Object.hasOwn(escapes, what)) return escapes[what];
      const code = what.length > 1 ? Number.parseInt(what.slice(1), 16) : -1;
      if (code < 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) this.#fail(`${whole}: there is no such escape`);
      return String.fromCodePoint(code);
    });
  }

  /** Spaces and a comment; with `lines` over the ends of lines. */
  #blank(lines) {
    this.#match(lines ? /(?:[ \t\n]|#[^\n]*)+/y : /[ \t]*(?:#[^\n]*)?/y);
  }

  #take(word) {
    if (!this.#text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    return true;
  }

  #match(pattern) {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #fail(message) {
    throw Object.assign(new SyntaxError(message), { line: this.#text.slice(0, this.#at).split("\n").length });
  }
}

const escapes = { b: "\b", t: "\t", n: "\n", f: "\f", r: "\r", '"': '"', "\\": "\\" };
