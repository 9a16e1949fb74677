// The options of `postern`, judged each and together: host-native/config/read.cpp and provider_tables.cpp.

import { isIPv4 } from "node:net";

import { hostAndPort, isTrue, judge, settingsOf } from "./settings.mjs";
import { sources } from "./sources.mjs";
import { Wrong } from "./words.mjs";

const github = { id: "MCP_GITHUB_CLIENT_ID", secret: "MCP_GITHUB_CLIENT_SECRET" };

/** Errors: Wrong. */
export function optionsOf(table, values) {
  const { given, settings: ofFile, variables } = sources(table, values);
  judge(given);
  const text = (name) => given[name]?.values[0] ?? (table.find((one) => one.name === name)?.initial || undefined);
  const { host, port } = hostAndPort(text("listen"));
  const settings = withGithub(settingsOf(given, ofFile), variables);
  const options = {
    listen: { host, port },
    publicUrl: text("public-url"),
    data: text("data"),
    inMemory: text("store") === "memory",
    cert: text("tls-cert"),
    key: text("tls-key"),
    behindProxy: isTrue(given["behind-proxy"]),
    fetchAllowed: (given["fetch-allow"]?.values ?? []).map((one) => one.toLowerCase()),
    fetchCa: text("fetch-ca"),
    logLevel: text("log-level"),
    logFormat: text("log-format"),
    audit: text("audit"),
    firstUser: text("first-user") || undefined,
    firstPassword: text("first-password") || undefined,
    settings,
  };
  checkTogether(options, (name) => Number(table.find((one) => one.name === name).initial));
  return options;
}

function withGithub(settings, variables) {
  const [id, secret] = [variables[github.id] ?? "", variables[github.secret] ?? ""];
  if (id === "" && secret === "") return settings;
  if (id === "" || secret === "") throw new Wrong(`${id === "" ? github.secret : github.id}: expected ${id === "" ? github.id : github.secret} with it`);
  const { providers = [] } = settings;
  const own = providers.find((one) => one.id === "github");
  if (own?.client_id !== undefined || own?.client_secret !== undefined) return settings; // the file says it; the variables may be another program's
  const row = { id: "github", kind: "github", ...own, client_id: id, client_secret: secret };
  return { ...settings, providers: own === undefined ? [row, ...providers] : providers.map((one) => (one === own ? row : one)) };
}

/** Is this host one that only this machine reaches? `127.example.com` is a name, and may lead anywhere. */
const isLoopback = (host) => host === "localhost" || host === "::1" || (host.startsWith("127.") && isIPv4(host));

/** In the names of the options: the default of one may be what does not fit the other. */
function checkLifetimes(lifetimes, initial) {
  const { access, refresh, refresh_grace: grace } = { access: initial("access-ttl"), refresh: initial("refresh-ttl"), refresh_grace: initial("refresh-grace"), ...lifetimes };
  const refuseAbove = (option, life, reason) => {
    if (life > refresh) throw new Wrong(`${option} ${life}, --refresh-ttl ${refresh}: expected --refresh-ttl to be at least as long; ${reason}`);
  };
  refuseAbove("--refresh-grace", grace, "a token is given again only while it lives");
  refuseAbove("--access-ttl", access, "access ends with the refresh token");
}

function checkTogether({ listen: { host }, cert, key, behindProxy, publicUrl = "", settings }, initial) {
  if ((cert === undefined) !== (key === undefined)) throw new Wrong(cert === undefined ? "--tls-key: expected --tls-cert with it" : "--tls-cert: expected --tls-key with it");
  const https = publicUrl.startsWith("https://");
  if (cert !== undefined && publicUrl !== "" && !https) {
    throw new Wrong(`--public-url ${publicUrl}: with --tls-cert this server speaks https; expected https://, or no --tls-cert and --tls-key`);
  }
  checkLifetimes(settings.lifetimes, initial);
  if (!isLoopback(host) && cert === undefined && !(behindProxy && https)) {
    throw new Wrong(`--listen ${host}: off loopback without TLS; expected --tls-cert and --tls-key, or --behind-proxy and an https --public-url where a proxy ends TLS`);
  }
  if (settings.own_users === false && !settings.providers?.length && settings.external === undefined) {
    throw new Wrong("--own-users false: nobody could log in; expected a provider");
  }
  if (behindProxy && !https) throw new Wrong(`--behind-proxy: expected an https --public-url, got '${publicUrl}'`);
}
