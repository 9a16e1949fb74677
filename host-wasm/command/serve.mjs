// `postern serve`, and what it has in common with its checks and with the operator's commands: host-native/commands/serve.cpp.

import { createPrivateKey, X509Certificate } from "node:crypto";
import { accessSync, constants, existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import path from "node:path";
import process from "node:process";
import { rootCertificates } from "node:tls";

import { readKeys } from "../js/data_files.mjs";
import { checkSqliteFile } from "../js/node_sqlite.mjs";
import { nodeFetchWith } from "../js/node_fetch.mjs";
import { createNodePostern, MemoryStore, newKeyRing, nodeHandler, passwordsBy } from "../node.mjs";
import { checkFolder, goOnAsOwnerOf, prepareFolder } from "./data_folder.mjs";
import { auditTo, logTo } from "./lines.mjs";
import { checkWords, newPassword, oneTimeLine, operate } from "./operate.mjs";
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

/** Everything that can be wrong, without making or changing anything. */
export async function check(program, options) {
  await tryOut(program, options, urlOf(options, options.listen.port));
  authoritiesOf(options);
  if (options.audit !== undefined) checkAudit(options.audit);
  if (!options.inMemory) await checkData(options.data);
  const tls = tlsOf(options);
  const server = options.cert === undefined ? http.createServer() : https.createServer(tls);
  const port = await listening(server, options.listen);
  await new Promise((done) => server.close(done));
  console.log(`ok ${urlOf(options, port)}`);
  return 0;
}

/** The folder is there or can be made, its key ring is one, and its records are whole. */
async function checkData(told) {
  checkFolder(told);
  const [keys, file] = [path.join(told, "keys"), path.join(told, "postern.db")];
  const ring = readKeys(keys);
  const records = await checkSqliteFile(file);
  if (ring === undefined && records) throw new Wrong(`${keys}: no such file, and the records in ${file} need its keys; restore it from a backup, or start on a new folder`);
}

function checkAudit(target) {
  if (target === "-") return;
  const refuse = (reason) => {
    throw new Wrong(`--audit ${target}: ${reason}; expected a file that this user may write, or -`);
  };
  const folder = path.dirname(path.resolve(target));
  if (!existsSync(folder)) refuse("No such file or directory");
  if (existsSync(target) && statSync(target).isDirectory()) refuse("Is a directory");
  try {
    accessSync(existsSync(target) ? target : folder, constants.W_OK);
  } catch {
    refuse("Permission denied");
  }
}

// Where the server that serves this data folder writes its audit log, so that what the operator's commands do stands there, too.
const auditNote = ({ data }) => path.join(data, "audit-file");

function keepAuditFile(options) {
  if (options.inMemory) return;
  if (options.audit === undefined || options.audit === "-") return rmSync(auditNote(options), { force: true });
  const draft = `${auditNote(options)}.${process.pid}.new`;
  writeFileSync(draft, path.resolve(options.audit), { mode: 0o600 });
  renameSync(draft, auditNote(options));
}

const auditFileOf = (options) => options.audit ?? (existsSync(auditNote(options)) ? readFileSync(auditNote(options), "utf8") : undefined);

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
  if (!options.inMemory) prepareFolder(options.data);
  const postern = await createNodePostern({
    settings: settingsFor(program, options, url),
    ...(options.inMemory ? { store: new MemoryStore() } : { data: fileIn(options) }),
    ...(options.inMemory && { settings: { ...settingsFor(program, options, url), key_ring: newKeyRing() } }),
    egress: nodeFetchWith({ ca }),
    fetchAllowed: options.fetchAllowed,
    audit: audit?.write,
    log,
  });
  keepAuditFile(options);
  for (const host of options.fetchAllowed) log("warning", "fetch.exception", { host });

  // Whoever wants JSON has the same in `server.ready`.
  const forPeople = options.logFormat === "text";
  if (forPeople) console.log(`${program.name} ${program.version}`);
  await makeFirstUser(postern, options);
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

/**
 * So that there is somebody who can log in. Where people log in elsewhere a password nobody asked for would be one more way in.
 * One that is made is shown once and kept nowhere.
 */
async function makeFirstUser(postern, { firstUser, firstPassword, settings: { own_users: ownUsers, external, providers } }) {
  const askedFor = firstUser !== undefined || firstPassword !== undefined;
  if (ownUsers === false || external !== undefined || (providers?.length > 0 && !askedFor)) return;
  const name = firstUser ?? "admin";
  const password = firstPassword ?? newPassword();
  const made = await postern.addFirstUser({ name, password, oneTime: firstPassword === undefined }).catch((error) => {
    throw new Wrong(`POSTERN_FIRST_USER, POSTERN_FIRST_PASSWORD: ${error.message.replace(/^firstUser: /, "")}`);
  });
  if (made && firstPassword === undefined) console.log(`first user:        ${name}\n${oneTimeLine(password)}`);
}

/** Which of the two files is wrong, and what belongs there. */
function tlsOf({ cert, key }) {
  if (cert === undefined) return {};
  const read = { cert: readText("--tls-cert", cert), key: readText("--tls-key", key), minVersion: "TLSv1.2" };
  const certificate = tried(`--tls-cert ${cert}: expected a certificate and its chain, PEM (-----BEGIN CERTIFICATE-----)`, () => new X509Certificate(read.cert));
  let its;
  try {
    its = createPrivateKey(read.key);
  } catch (error) {
    if (/PASSPHRASE|INTERRUPTED/i.test(error.code ?? "")) throw new Wrong(`--tls-key ${key}: it has a passphrase; expected a private key without one`);
    throw new Wrong(`--tls-key ${key}: expected a private key, PEM (-----BEGIN PRIVATE KEY-----)`);
  }
  if (!certificate.checkPrivateKey(its)) throw new Wrong(`--tls-key ${key}: not the key of the first certificate in ${cert}; expected the two that were made together`);
  return read;
}

function tried(line, work) {
  try {
    return work();
  } catch {
    throw new Wrong(line);
  }
}

function readText(option, file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Wrong(`${option} ${file}: ${error.code === "ENOENT" ? "no such file" : error.message}`);
  }
}

/** Undefined: those that Node trusts. */
function authoritiesOf({ fetchCa }) {
  if (fetchCa === undefined) return undefined;
  const text = readText("--fetch-ca", fetchCa);
  const each = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [""];
  tried(`--fetch-ca ${fetchCa}: expected certificates, PEM (-----BEGIN CERTIFICATE-----), and each of them whole`, () => each.map((one) => new X509Certificate(one)));
  return [...rootCertificates, text];
}

function listening(server, { host, port }) {
  return new Promise((done, failed) => {
    server.once("error", ({ code, message }) => failed(new Wrong(`--listen ${host.includes(":") ? `[${host}]` : host}:${port}: ${whyNotBound[code] ?? message}`)));
    server.listen(port, host, () => done(server.address().port));
  });
}

const whyNotBound = {
  EADDRINUSE: "the port is in use by another program; expected a free one, or 0 for any",
  EADDRNOTAVAIL: "not an address of this machine",
  ENOTFOUND: "not an address of this machine",
  EACCES: "this user may not take that port; expected one above 1023, or a service manager that lends it",
};

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
  if (`${group} ${verb}` !== "user add" && !existsSync(options.data)) throw new Wrong(`--data ${options.data}: no such folder; expected that of the server`);
  // The password is read and judged before anything is opened or made.
  let postern;
  const code = await operate(parsed, async (act, ...given) => (await (postern ??= opened(parsed, options)))[act](...given));
  (await postern)?.close();
  return code;
}

async function opened({ path: [group, verb] }, options) {
  const module = readFileSync(new URL("../postern.wasm", import.meta.url)); // which the folder's owner may not read
  goOnAsOwnerOf(options.data);
  const isNew = !existsSync(options.data);
  prepareFolder(options.data);
  if (isNew) console.error(`${group}: made ${options.data}, which is new; the folder of a server that is there is named by --data or --config`);
  const log = logTo(options.logLevel === "info" || options.logLevel === "debug" ? "warning" : options.logLevel, options.logFormat);
  const target = verb === "list" ? undefined : auditFileOf(options);
  const audit = target && auditTo(target, log);
  const { lifetimes } = options.settings;
  return createNodePostern({ module, settings: { public_url: "http://localhost", lifetimes }, data: fileIn(options), audit: audit?.write, log });
}
