// What the options mean: each is judged in the words of host-native/config/options.cpp, and those that the core knows become its
// settings (core/server/settings_json.hpp).
//
// What was given is {option: {values, source}}, the source as it is told to people: `--listen`, `POSTERN_LISTEN`, `.env:
// POSTERN_LISTEN`.

import { Wrong } from "./words.mjs";

const longestLife = 10 * 365 * 86400;

const path = [(value) => value !== "" && !value.includes("\0"), "a path"];
const words = (expected, ...all) => [(value) => all.includes(value), expected];
const seconds = (least, most) => [(value) => /^[0-9]{1,12}$/.test(value) && Number(value) >= least && Number(value) <= most, `seconds from ${least} to ${most}`];
const flag = [(value) => isOn(value) || /^(false|0|no|off)$/i.test(value), "true or false"];
const isOn = (value) => /^(true|1|yes|on)$/i.test(value);
// RFC 6749 s. 3.3. Which of them there are, the core knows.
const isScopes = (value) => {
  const tokens = new Set(value.split(" ").filter((token) => token !== ""));
  return tokens.size >= 1 && tokens.size <= 64 && [...tokens].every((token) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(token));
};
const size = (value) => Buffer.byteLength(value);
const hostPort = [isHostAndPort, "host or host:port without scheme and path, such as mcp.internal:8443"];

/** What each option has to be, and what is said where it is not. */
const rules = {
  listen: [(value) => hostAndPort(value) !== undefined, "host:port, such as 127.0.0.1:8000 or [::1]:8000"],
  "public-url": [(value) => faultOfUrl(value) === undefined, (value) => `a URL of this server, such as https://mcp.example.com or http://localhost:8000 (${faultOfUrl(value)})`],
  data: path,
  store: words("sqlite or memory", "sqlite", "memory"),
  transport: words("sse, streamable-http or all", "all", "streamable-http", "sse"),
  "default-scopes": [isScopes, "scope tokens with spaces between them"],
  "access-ttl": seconds(1, longestLife),
  "refresh-ttl": seconds(1, longestLife),
  "code-ttl": seconds(1, 600),
  "refresh-grace": seconds(0, 3600),
  "own-users": flag,
  "provider-check": seconds(1, longestLife),
  name: [(value) => size(value) >= 1 && size(value) <= 200 && !/[\0-\x1f\x7f]/.test(value), "a name of 1 to 200 bytes without control characters"],
  "tls-cert": path,
  "tls-key": path,
  "behind-proxy": flag,
  "allowed-host": hostPort,
  "allowed-origin": [isOrigin, "scheme://host, scheme://host:port or null, such as https://app.example.com"],
  "client-documents": flag,
  "client-host": [isHost, "a host without scheme, port and path, such as app.example.com"],
  "fetch-allow": hostPort,
  "fetch-ca": path,
  "log-level": words("debug, info, warning, error or off", "debug", "info", "warning", "error", "off"),
  "log-format": words("text or json", "text", "json"),
  audit: [(value) => value !== "" && !value.includes("\0"), "a file, or - for standard output"],
};

const life = (name) => (settings, [value]) => (settings.lifetimes = { ...settings.lifetimes, [name]: Number(value) });
const member = (name, read = ([value]) => value) => (settings, values) => (settings[name] = read(values));
const isOnFirst = ([value]) => isOn(value);
const all = (values) => values;

/** Those that are settings of the core. */
const settings = {
  name: member("name"),
  transport: member("transport"),
  "default-scopes": member("default_scopes"),
  "access-ttl": life("access"),
  "refresh-ttl": life("refresh"),
  "code-ttl": life("code"),
  "refresh-grace": life("refresh_grace"),
  "provider-check": life("provider_check"),
  "own-users": member("own_users", isOnFirst),
  "client-documents": member("client_documents", isOnFirst),
  "client-host": member("client_hosts", all),
  "allowed-host": member("allowed_hosts", all),
  "allowed-origin": member("allowed_origins", all),
};

/** Throws Wrong at the first that will not do. */
export function judge(given) {
  for (const [name, [holds, expected]] of Object.entries(rules)) {
    const { values = [], source } = given[name] ?? {};
    for (const value of values) {
      if (!holds(value)) throw new Wrong(`${source}: expected ${typeof expected === "function" ? expected(value) : expected}, got '${value}'`);
    }
  }
}

// The shapes of core/server/shapes.cpp. `URL` folds what is written in other ways (a default port, an address in disguise); a
// host has to be written as it is read.

const parsed = (url) => (URL.canParse(url) ? new URL(url) : null); // URL.parse is newer than the oldest Node

function isHost(value) {
  const url = parsed(`https://${value}/`);
  return url !== null && value !== "" && !value.includes("*") && url.host === value.toLowerCase() && url.port === "" && url.pathname === "/";
}

function isHostAndPort(value) {
  const [, host, port] = /^(.*?)(?::([0-9]{1,5}))?$/s.exec(value) ?? [];
  return isHost(host) && (port === undefined || Number(port) <= 65535);
}

function isOrigin(value) {
  if (value === "null" || value === "file://") return true;
  const [, host] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#@]+)\/?$/i.exec(value) ?? [];
  return host !== undefined && isHostAndPort(host);
}

/** Why this can't be where clients reach the server, or undefined. */
function faultOfUrl(value) {
  const url = parsed(value);
  if (url === null || url.host === "" || /[\s\\]/.test(value)) return "expected https://host, https://host:port or https://host/path";
  if (url.protocol !== "https:" && url.protocol !== "http:") return "expected https or http";
  if (url.protocol === "http:" && !["localhost", "127.0.0.1", "[::1]"].includes(url.hostname)) {
    return "http is for loopback only (localhost, 127.0.0.1, [::1]); expected https";
  }
  const [, authority, path] = /^[^:]*:\/\/([^/?#]*)([^?#]*)/.exec(value) ?? [];
  if (authority === undefined) return "expected https://host, https://host:port or https://host/path";
  if (authority.includes("@") || /[?#]/.test(value)) return "expected no user, query or fragment";
  if (/(^|\/)(\.|%2e){1,2}(\/|$)/i.test(path)) return "expected no '.' or '..' in its path";
  return path.endsWith("/") && path !== "/" ? "expected no slash at the end of its path" : undefined;
}

/** The settings of the core, on top of those of a file. */
export function settingsOf(given, base = {}) {
  const made = { ...base };
  for (const [name, { values }] of Object.entries(given)) settings[name]?.(made, values);
  return made;
}

export const isTrue = (given) => given !== undefined && isOn(given.values[0]);

/** {host, port}, the host without brackets. */
export function hostAndPort(listen) {
  const [, bracketed, plain, port] = /^(?:\[([^[\]/ ]+)\]|([^:[\]/ ]+)):([0-9]{1,5})$/.exec(listen) ?? [];
  return port === undefined || Number(port) > 65535 ? undefined : { host: bracketed ?? plain, port: Number(port) };
}
