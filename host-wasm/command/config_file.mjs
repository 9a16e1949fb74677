// The file of --config: options, and the tables that are nowhere else. As host-native/config: sources.cpp, provider_tables.cpp and
// authorization_table.cpp.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import { nearest } from "../js/options.mjs";
import { parseToml } from "./toml.mjs";
import { Wrong } from "./words.mjs";

const tables = ["resource_server", "provider", "authorization"];
const text = "text";
const secrets = { client_secret: text, client_secret_env: text, client_secret_file: text };
const provider = {
  id: text, label: text, kind: text, preset: text, client_id: text, ...secrets, issuer: text, authorize_url: text, token_url: text, api_url: text, scope: text,
  allow: "table", pkce: "flag", token_auth: text, authorize_parameters: text, subject_claim: text, name_claim: text, groups_claim: text, groups_in_userinfo: "flag",
};
const allow = { logins: "texts", organisations: "texts", email_domains: "texts", groups: "texts" };
const external = {
  mode: text, issuer: text, audience: text, algorithms: "texts", token_types: "texts", subject_claim: text, name_claim: text, introspection_url: text, client_id: text, ...secrets,
};

const holds = {
  text: [(value) => typeof value === "string", "a text"],
  flag: [(value) => typeof value === "boolean", "true or false"],
  texts: [(value) => Array.isArray(value) && value.every((one) => typeof one === "string"), "an array of texts"],
  table: [isTable, "a table"],
};

function isTable(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** {given: {option: {values, source}}, settings}: the latter of the core, of the tables. `named`: who names the file. Errors: Wrong. */
export function configFile(file, options, variables, named) {
  const table = read(file, named);
  const names = new Map(options.map((one) => [one.name.replaceAll("-", "_"), one]));
  const given = {};
  const settings = {};
  for (const [name, value] of Object.entries(table)) {
    const source = `${file}: ${name}`;
    if (name === "resource_server") settings.resource_servers = listOf(value, source).map((one) => resourceServer(one, source));
    else if (name === "provider") settings.providers = listOf(value, source).map((one) => providerOf(one, source, variables));
    else if (name === "authorization") Object.assign(settings, externalOf(value, source, variables));
    else if (names.has(name)) given[names.get(name).name] = { values: valuesOf(value, names.get(name), source), source };
    else {
      const near = nearest(name, [...tables, ...names.keys()]);
      throw new Wrong(`${source}: unknown${near === undefined ? "" : `; did you mean ${near}?`}`);
    }
  }
  return { given, settings };
}

function read(file, named) {
  let content;
  try {
    content = readFileSync(file, "utf8");
  } catch (error) {
    throw new Wrong(error.code === "ENOENT" ? `${named} ${file}: no such file` : `${file}: ${error.message}`);
  }
  try {
    return parseToml(content);
  } catch (error) {
    throw new Wrong(`${file}: line ${error.line}: ${error.message}`);
  }
}

function valuesOf(value, { kind }, source) {
  if (Array.isArray(value) && kind === "list") {
    if (!value.every(isPlain)) throw new Wrong(`${source}: expected texts`);
    return value.map(String);
  }
  if (!isPlain(value)) throw new Wrong(`${source}: expected ${kind === "list" ? "an array of texts" : "a single value"}`);
  return [String(value)];
}

const isPlain = (value) => ["string", "number", "boolean"].includes(typeof value);

function listOf(value, source) {
  if (!Array.isArray(value)) throw new Wrong(`${source}: expected [[${source.split(": ").at(-1)}]]`);
  return value;
}

/** Only the hash is kept: the secret itself is needed no more. */
function resourceServer(table, source) {
  if (!isTable(table)) throw new Wrong(`${source}: expected id and secret`);
  const stranger = Object.keys(table).find((name) => name !== "id" && name !== "secret");
  if (stranger !== undefined) {
    const near = nearest(stranger, ["id", "secret"]);
    throw new Wrong(`${source}.${stranger}: unknown${near === undefined ? "" : `; did you mean ${near}?`}`);
  }
  const { id, secret } = table;
  if (typeof id !== "string" || id === "" || typeof secret !== "string") throw new Wrong(`${source}: expected id and secret, both texts`);
  if (Buffer.byteLength(secret) < 16) throw new Wrong(`${source}: the secret of '${id}': expected at least 16 characters`);
  return { id, secret_hash: createHash("sha256").update(secret).digest("base64url") };
}

function providerOf(table, source, variables) {
  known(table, provider, source);
  if (typeof table.id !== "string" || table.id === "") throw new Wrong(`${source}: expected id`);
  const place = `${source} '${table.id}'`;
  if (!["github", "oidc", "oauth2"].includes(table.kind)) throw new Wrong(`${place}: expected kind = "github", "oidc" or "oauth2"`);
  if (table.token_auth !== undefined && !["basic", "post", ""].includes(table.token_auth)) throw new Wrong(`${place}: expected token_auth = "basic" or "post"`);
  judge(table, provider, place);
  const row = withSecret(table, place, variables);
  if (row.token_auth === "") delete row.token_auth;
  if (table.allow === undefined) return row;
  const where = `${place}.allow`;
  known(table.allow, allow, where);
  judge(table.allow, allow, where);
  // Whoever writes a list means it: an empty one would let everybody in.
  const empty = Object.keys(table.allow).find((name) => table.allow[name].length === 0);
  if (empty !== undefined) throw new Wrong(`${where}.${empty}: expected somebody in it`);
  return row;
}

function externalOf(table, source, variables) {
  known(table, external, source);
  judge(table, external, source);
  const { mode = "own", ...rest } = table;
  if (mode !== "own" && mode !== "external") throw new Wrong(`${source}: expected mode = "own" or "external"`);
  if (mode === "external") return { external: withSecret(rest, source, variables) };
  // Whoever writes an issuer down means that server to judge; silently, this one would.
  if (Object.keys(rest).length > 0) throw new Wrong(`${source}: expected mode = "external" with it`);
  return {};
}

function known(table, members, source) {
  if (!isTable(table)) throw new Wrong(`${source}: expected a table`);
  const names = Object.keys(members);
  const stranger = Object.keys(table).sort().find((name) => !names.includes(name));
  if (stranger === undefined) return;
  const near = nearest(stranger, names);
  throw new Wrong(`${source}.${stranger}: no such setting${near === undefined ? "" : `; did you mean ${near}?`}`);
}

function judge(table, members, source) {
  for (const [name, kind] of Object.entries(members)) {
    const [fits, expected] = holds[kind];
    if (table[name] !== undefined && !fits(table[name])) throw new Wrong(`${source}.${name}: expected ${expected}`);
  }
}

function withSecret({ client_secret: secret = "", client_secret_file: file = "", client_secret_env: variable = "", ...rest }, source, variables) {
  if ([secret, file, variable].filter((one) => one !== "").length > 1) throw new Wrong(`${source}: expected one of client_secret, client_secret_env and client_secret_file`);
  if (file !== "") return { ...rest, client_secret: inFile(file, source) };
  if (variable === "") return secret === "" ? rest : { ...rest, client_secret: secret };
  if (!variables[variable]) throw new Wrong(`${source}: expected the variable ${variable}`);
  return { ...rest, client_secret: variables[variable] };
}

function inFile(file, source) {
  let secret;
  try {
    secret = readFileSync(file, "utf8").replace(/[\r\n]+$/, "");
  } catch (error) {
    throw new Wrong(`${source}.client_secret_file${error.code === "ENOENT" ? ` ${file}: no such file` : `: ${error.message}`}`);
  }
  if (secret === "") throw new Wrong(`${source}.client_secret_file: expected a secret in it`);
  return secret;
}
