// `postern serve`, and what it has in common with its checks and with the operator's commands: host-native/commands/serve.cpp.

import { existsSync, readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import path from "node:path";
import process from "node:process";
import { rootCertificates } from "node:tls";

import { readKeys } from "../js/data_files.mjs";
import { nodeFetchWith } from "../js/node_fetch.mjs";
import { createNodePostern, MemoryStore, newKeyRing, nodeHandler, passwordsBy } from "../node.mjs";
import { auditTo, logTo } from "./lines.mjs";
import { checkWords, operate } from "./operate.mjs";
import { Wrong } from "./words.mjs";

const drainTime = 10_000; // milliseconds
const lastMoment = 200;
const mostConnections = 4096;
const timeouts = { headersTimeout: 10_000, requestTimeout: 75_000, keepAliveTimeout: 60_000, connectionsCheckingInterval: 5_000 };

const schemeOf = ({ cert }) => (cert === undefined ? "http" : "https");
const urlOf = (options, port) => options.publicUrl ?? `${schemeOf(options)}://localhost:${port}`;
const fileIn = (options) => path.join(options.data, "postern.db");

function settingsFor(program, options, url) {
  const server = { name: program.name, title: "Postern", version: program.version };
  return { name: "Postern", server, ...options.settings, public_url: url };
}

/** Everything that can be wrong, without touching anything. */
export async function check(program, options) {
  const url = urlOf(options, options.listen.port);
  await tryOut(program, options, url);
  tlsOf(options);
  authoritiesOf(options);
  if (!options.inMemory) readKeys(path.join(options.data, "keys"));
  console.log(`ok ${url}`);
  return 0;
}

/** The same server in this process, for a moment. What it has to say against the settings: Wrong. */
async function tryOut(program, options, url) {
  const settings = { ...settingsFor(program, options, url), key_ring: newKeyRing() };
  const postern = await createNodePostern({ settings, store: new MemoryStore(), passwords: passwordsBy(1) }).catch((error) => {
    throw new Wrong(error.message);
  });
  postern.close();
}

export async function serve(program, options) {
  // What can be refused is refused before anything is made.
  await tryOut(program, options, urlOf(options, options.listen.port));
  const ca = authoritiesOf(options);
  let handler;
  const made = new Promise((done) => (handler = done));
  const serving = new Map(); // socket -> how many requests of it are worked on
  const answer = async (incoming, outgoing) => {
    note(serving, incoming.socket, outgoing);
    outgoing.shouldKeepAlive &&= server.listening;
    return (await made)(incoming, outgoing);
  };
  const server = options.cert === undefined ? http.createServer(timeouts, answer) : https.createServer({ ...timeouts, ...tlsOf(options) }, answer);
  server.maxConnections = mostConnections;
  const port = await listening(server, options.listen);
  const url = urlOf(options, port);

  const log = logTo(options.logLevel, options.logFormat);
  const audit = options.audit && auditTo(options.audit, log);
  const postern = await createNodePostern({
    settings: settingsFor(program, options, url),
    ...(options.inMemory ? { store: new MemoryStore() } : { data: fileIn(options) }),
    ...(options.inMemory && { settings: { ...settingsFor(program, options, url), key_ring: newKeyRing() } }),
    egress: nodeFetchWith({ ca }),
    fetchAllowed: options.fetchAllowed,
    audit: audit?.write,
    log,
  });
  for (const host of options.fetchAllowed) log("warning", "fetch.exception", { host });

  // Whoever wants JSON has the same in `server.ready`.
  const forPeople = options.logFormat === "text";
  const { own_users: ownUsers, external } = options.settings;
  if (forPeople) console.log(`${program.name} ${program.version}`);
  if (ownUsers !== false && external === undefined) await makeFirstUser(postern, options);
  const issuer = url.replace(/\/$/, "");
  if (forPeople) console.log(`for MCP clients:   ${issuer}/mcp`);
  handler(nodeHandler(postern));
  console.log(`ready ${issuer}`);
  log("info", "server.ready", { listen: options.listen.host, port, url });
  if (audit) process.on("SIGHUP", () => audit.reopen());
  await told();
  await drained(server, serving, postern, log);
  log("info", "server.stopped");
  return 0;
}

/** So that there is somebody who can log in. The password is shown once and kept nowhere. */
async function makeFirstUser(postern, { firstUser: name, firstPassword }) {
  const password = firstPassword ?? newPassword();
  const made = await postern.addFirstUser({ name, password }).catch((error) => {
    throw new Wrong(`POSTERN_FIRST_USER, POSTERN_FIRST_PASSWORD: ${error.message.replace(/^firstUser: /, "")}`);
  });
  if (!made || firstPassword !== undefined) return;
  console.log(`first user:        ${name}\none-time password: ${password}  (shown once; change it with: user passwd ${name})`);
}

/** A password that nobody can guess and everybody can type. */
export function newPassword() {
  const alphabet = "abcdefghijkmnpqrstuvwxyz23456789"; // 32 of them; no l, o, 0, 1
  const letters = Array.from(crypto.getRandomValues(new Uint8Array(20)), (byte) => alphabet[byte % alphabet.length]).join("");
  return letters.match(/.{5}/g).join("-");
}

function tlsOf({ cert, key }) {
  if (cert === undefined) return {};
  try {
    const read = { cert: readFileSync(cert), key: readFileSync(key), minVersion: "TLSv1.2" };
    https.createServer(read).close();
    return read;
  } catch (error) {
    throw new Wrong(`TLS: ${cert}, ${key}: ${error.message}`);
  }
}

/** Undefined: those that Node trusts. */
function authoritiesOf({ fetchCa }) {
  if (fetchCa === undefined) return undefined;
  try {
    const text = readFileSync(fetchCa, "utf8");
    if (!text.includes("-----BEGIN CERTIFICATE-----")) throw new Error("expected certificates, PEM");
    return [...rootCertificates, text];
  } catch (error) {
    throw new Wrong(`--fetch-ca ${fetchCa}: ${error.code === "ENOENT" ? "no such file" : error.message}`);
  }
}

function listening(server, { host, port }) {
  return new Promise((done, failed) => {
    server.once("error", (error) => failed(new Wrong(`can't listen on ${host} port ${port}: ${error.code === "EADDRINUSE" ? "Address already in use" : error.message}`)));
    server.listen(port, host, () => done(server.address().port));
  });
}

const told = () => new Promise((done) => ["SIGTERM", "SIGINT"].forEach((signal) => process.once(signal, done)));

/** A response that waits behind another one, on a connection that is lost, does not tell its end. */
function note(serving, socket, outgoing) {
  if (!serving.has(socket)) {
    serving.set(socket, { open: 0 });
    socket.once("close", () => serving.delete(socket));
  }
  const requests = serving.get(socket);
  ++requests.open;
  outgoing.once("close", () => --requests.open);
}

/** Streams end at once; what is being served is waited for, and a moment for what is on its way. */
async function drained(server, serving, postern, log) {
  log("info", "server.draining");
  postern.close();
  const began = performance.now();
  server.close();
  const busy = () => [...serving.values()].some(({ open }) => open > 0);
  while (busy() || performance.now() - began < lastMoment) {
    server.closeIdleConnections();
    if (performance.now() - began > drainTime) {
      log("warning", "server.drain_incomplete");
      break;
    }
    await new Promise((done) => setTimeout(done, 20));
  }
  server.closeAllConnections(); // those that never asked for anything, too
}

/** The operator's commands, on the data folder; a running server knows at the next request. */
export async function offline(parsed, options) {
  checkWords(parsed);
  const [group, verb] = parsed.path;
  if (options.inMemory) throw new Wrong(`${group}: --store memory keeps records only while the server runs`);
  if (`${group} ${verb}` !== "user add" && !existsSync(options.data)) throw new Wrong(`${options.data}: no such folder (--data)`);
  const log = logTo(options.logLevel === "info" || options.logLevel === "debug" ? "warning" : options.logLevel, options.logFormat);
  const audit = options.audit && auditTo(options.audit, log);
  const { lifetimes } = options.settings;
  const postern = await createNodePostern({ settings: { public_url: "http://localhost", lifetimes }, data: fileIn(options), audit: audit?.write, log });
  const code = await operate(parsed, (act, ...given) => postern[act](...given));
  postern.close();
  return code;
}

