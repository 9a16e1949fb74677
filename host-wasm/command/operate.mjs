// `user ..`, `grants ..` and `clients ..`, as host-native/commands has them: which words there are, and what is printed.

import { createInterface } from "node:readline";
import { readFileSync } from "node:fs";
import { Writable } from "node:stream";
import process from "node:process";

import { Wrong } from "./words.mjs";

const name = { name: "NAME", required: true, help: "The name that is typed at login" };
const stdin = { name: "password-stdin", kind: "flag", help: "The password is the first line of standard input" };
const json = { name: "json", kind: "flag", help: "As an array of JSON objects" };
const of = (user, client) => [
  { name: "user", kind: "value", shape: "TEXT", help: user },
  { name: "client", kind: "value", shape: "TEXT", help: client },
];

/** For a program's `commands`. */
export const commands = {
  user: {
    help: "The server's own users",
    commands: {
      add: { help: "Add a user", positionals: [name], options: [stdin] },
      passwd: { help: "Change a password, and log its browsers out", positionals: [name], options: [stdin] },
      list: { help: "Name, subject and day of creation", options: [json] },
      remove: { help: "Remove a user and end what was granted", positionals: [name] },
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
  switch (`${group} ${verb}`) {
    case "user add":
      return done(await act("addUser", word, await passwordOf(values)), () => `added ${word}`);
    case "user passwd":
      return done(await act("setPassword", word, await passwordOf(values)), () => `changed the password of ${word}`);
    case "user list":
      return done(await act("listUsers"), ({ users, more }) =>
        values.json ? JSON.stringify(users) : [...users.map((one) => [one.name, one.subject, date(one.created)].join("\t")), ...(more ? ["..."] : [])].join("\n"));
    case "user remove":
      return done(await act("removeUser", word), () => `removed ${word}`);
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

async function passwordOf(values) {
  if (values["password-stdin"]) return firstLine(readFileSync(0, "utf8"));
  if (!process.stdin.isTTY) throw new Wrong("user: standard input is no terminal; expected --password-stdin");
  const first = await ask("Password: ");
  if ((await ask("Again: ")) !== first) throw new Wrong("user: the two passwords are not the same");
  return first;
}

function firstLine(text) {
  if (text === "") throw new Wrong("user: expected a password on standard input");
  return text.split("\n", 1)[0].replace(/\r$/, "");
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
