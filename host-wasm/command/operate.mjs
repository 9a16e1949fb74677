// `user ..`, `grants ..` and `clients ..`, as host-native/commands has them: which words there are, and what is printed.

import { createInterface } from "node:readline";
import { readFileSync } from "node:fs";
import { Writable } from "node:stream";
import process from "node:process";

import { Wrong } from "./words.mjs";

const name = { name: "NAME", required: true, help: "The name that is typed at login" };
const stdin = { name: "password-stdin", kind: "flag", help: "The password is the first line of standard input" };
const oneTime = { name: "one-time", kind: "flag", help: "A password is made and printed; the first login has to change it" };
const keepData = { name: "keep-data", kind: "flag", help: "What tools keep for the user stays" };
const json = { name: "json", kind: "flag", help: "As an array of JSON objects, for programs" };
const of = (user, client) => [
  { name: "user", kind: "value", shape: "TEXT", help: user },
  { name: "client", kind: "value", shape: "TEXT", help: client },
];

/** For a program's `commands`. */
export const commands = {
  user: {
    help: "The server's own users",
    commands: {
      add: { help: "Add a user", positionals: [name], options: [stdin, oneTime] },
      passwd: { help: "Change a password, and log its browsers out", positionals: [name], options: [stdin, oneTime] },
      list: { help: "List the server's own users: name, subject, day of creation, whether the password is still one-time", options: [json] },
      remove: { help: "Remove a user, what was granted, and what tools keep for the user", positionals: [{ ...name, help: "The name; of a user who logs in elsewhere the subject that grants list --json tells" }], options: [keepData] },
    },
  },
  grants: {
    help: "What users have granted to applications",
    commands: {
      list: { help: "Id, user, client, scopes, when granted and last used, provider", options: [...of("Only of this user (name or subject)", "Only to this client"), json] },
      revoke: {
        help: "End them: tokens at the next request, open streams soon",
        positionals: [{ name: "ID", help: "The id that list shows" }],
        options: [...of("All of this user (name or subject)", "All to this client"), { name: "all", kind: "flag", help: "All that there are" }],
      },
    },
  },
  clients: {
    help: "The applications that are registered",
    commands: {
      list: { help: "Id, name, redirect URIs, authentication, day of registration, grants", options: [json] },
      remove: { help: "Remove a client and end what was granted to it", positionals: [{ name: "ID", required: true, help: "The client_id" }] },
    },
  },
};

export const isOperators = ([first]) => Object.hasOwn(commands, first);

/** What can be refused before anything is opened. */
export function checkWords({ path, words, values }) {
  if (path.join(" ") !== "grants revoke") return;
  const chosen = [words[0], values.user, values.client, values.all].filter((one) => one !== undefined);
  if (chosen.length !== 1) throw new Wrong("grants revoke: expected one of ID, --user, --client and --all");
}

/**
 * Runs one of them. `act(name, ...given)`: a method of js/operator.mjs, wherever that is; it may throw. Gives the exit code.
 * Errors: Wrong.
 */
export async function operate(parsed, act) {
  checkWords(parsed);
  const { path, words: [word], values } = parsed;
  const [group, verb] = path;
  const [user, client] = [values.user?.[0], values.client?.[0]];
  const done = (reply, tell) => {
    if (reply.status === 200) console.log(tell(reply));
    else console.error(`${group}: ${reply.error ?? `failed with status ${reply.status}`}`);
    return reply.status === 200 ? 0 : 1;
  };
  const list = (reply, member, head, row) => done(reply, () => (values.json ? JSON.stringify(reply[member]) : table([head, ...reply[member].map(row)], reply.more)));
  const change = async (method, told) => {
    const once = values["one-time"] !== undefined;
    const password = once ? newPassword() : await passwordOf(values);
    return done(await act(method, word, password, { oneTime: once }), () => `${told} ${word}${once ? `\n${oneTimeLine(password)}` : ""}`);
  };
  switch (`${group} ${verb}`) {
    case "user add":
      return change("addUser", "added");
    case "user passwd":
      return change("setPassword", "changed the password of");
    case "user list":
      return list(await act("listUsers"), "users", ["NAME", "SUBJECT", "CREATED", "PASSWORD"], (one) =>
        [shown(one.name), shown(one.subject), date(one.created), one.one_time ? "one-time" : "chosen"]);
    case "user remove": {
      const keep = values["keep-data"] !== undefined;
      return done(await act("removeUser", word, { keepData: keep }), ({ ended, erased, subject }) =>
        `removed ${shown(word)}, revoked ${ended} ${grants(ended)}, ${keep ? `kept the data of ${subject}` : `erased ${erased} ${erased === 1 ? "record" : "records"}`}`);
    }
    case "grants list":
      return list(await act("listGrants", { user, client }), "grants", ["ID", "USER", "CLIENT", "NAME", "SCOPES", "GRANTED", "USED", "PROVIDER"], (one) =>
        [...["id", "user", "client", "client_name", "scopes"].map((member) => shown(one[member])), date(one.granted), date(one.used), shown(one.provider)]);
    case "grants revoke":
      return done(await act("revokeGrants", { id: word, user, client, all: values.all && true }), ({ ended }) => `revoked ${ended} ${grants(ended)}`);
    case "clients list":
      return list(await act("listClients"), "clients", ["ID", "NAME", "REDIRECTS", "AUTHENTICATION", "CREATED", "GRANTS"], (one) =>
        [shown(one.id), shown(one.name), shown(one.redirect_uris.join(" ")), shown(one.auth_method), date(one.created), String(one.grants)]);
    case "clients remove":
      return done(await act("removeClient", word), ({ ended }) => `removed ${shown(word)}, revoked ${ended} ${grants(ended)}`);
  }
  throw new Wrong(`${path.join(" ")}: there is no such command`);
}

const grants = (count) => (count === 1 ? "grant" : "grants");
const date = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);

// Names are strangers' texts: nothing of them may reach a terminal as a command, or turn what stands beside it round. `-` keeps
// the columns apart. Other, format and private characters are left out; as wire::display_name does.
function shown(text) {
  const plain = text.replace(/[\p{C}\u2028\u2029]/gu, "").replace(/\s+/g, " ").trim();
  const all = [...plain];
  return plain === "" ? "-" : all.length > 120 ? `${all.slice(0, 119).join("")}…` : plain;
}

function table(rows, more) {
  const widths = rows[0].map((_, at) => Math.max(...rows.map((row) => [...row[at]].length)));
  const lines = rows.map((row) => row.map((text, at) => text + " ".repeat(widths[at] - [...text].length)).join("  ").trimEnd());
  return [...lines, ...(more ? ["..."] : [])].join("\n");
}

/** A password that nobody can guess and everybody can type. */
export function newPassword() {
  const alphabet = "abcdefghijkmnpqrstuvwxyz23456789"; // 32 of them; no l, o, 0, 1
  const letters = Array.from(crypto.getRandomValues(new Uint8Array(20)), (byte) => alphabet[byte % alphabet.length]).join("");
  return letters.match(/.{5}/g).join("-");
}

export const oneTimeLine = (password) => `one-time password: ${password}  (shown once; the first login asks for another one)`;

async function passwordOf(values) {
  if (values["password-stdin"]) return judged(firstLine(readFileSync(0)));
  if (!process.stdin.isTTY) throw new Wrong("user: standard input is no terminal; expected --password-stdin, or --one-time to have a password made");
  const first = judged(await ask("Password: "));
  if ((await ask("Again: ")) !== first) throw new Wrong("user: the two passwords are not the same");
  return first;
}

function firstLine(bytes) {
  if (bytes.length === 0) throw new Wrong("user: expected a password on standard input");
  const end = bytes.indexOf("\n");
  const line = bytes.subarray(0, end < 0 ? bytes.length : end);
  return line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
}

/** Of bytes or a text, the text. As the core judges it, which asks for the store first. core/oauth/users.cpp: password_fault */
function judged(password) {
  const bytes = Buffer.from(password);
  const text = bytes.toString("utf8");
  if (bytes.length > 1024) throw new Wrong(`user: expected a password of at most 1024 bytes, received ${bytes.length}`);
  if ([...text].length < 8) throw new Wrong("user: expected a password of at least 8 characters, received fewer");
  if (!bytes.equals(Buffer.from(text)) || bytes.includes(0)) throw new Wrong("user: expected a password of UTF-8 text without NUL");
  return text;
}

/** What is typed is not shown. */
function ask(what) {
  process.stderr.write(what);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  return new Promise((done, failed) => {
    lines.once("close", () => failed(new Wrong("user: expected a password on standard input")));
    lines.once("line", (line) => {
      process.stderr.write("\n");
      done(line);
      lines.close();
    });
  });
}
