// What an attack changed: two messages, part by part.

/** [{what, was, is}]; what was not there is "". */
export function differences(original, changed) {
  const [before, after] = [partsOf(original), partsOf(changed)];
  const all = [];
  for (const what of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(what) ?? "", after.get(what) ?? ""];
    if (was !== is) all.push({ what, was, is });
  }
  return all;
}

/** A request with some of its parts replaced. `query`, `form`: by name; undefined takes a parameter away. */
export function changed(request, { query, form, headers, method, target, body }) {
  const path = target ?? (query ? withQuery(request.target, query) : request.target);
  return {
    method: method ?? request.method,
    target: path,
    headers: headers ? withHeaders(request.headers, headers) : request.headers,
    body: body ?? (form ? edited(request.body, form) : request.body),
  };
}

/** The same for a redirect URL that a client gets. */
export const changedUrl = (url, query) => withQuery(url, query);

/** For the network: a request is sent to a URL. */
export const sendable = (origin, { method, target, headers, body }) => ({
  method, url: origin + target, headers: headers.filter(([name, value]) => name !== "Host" || value !== new URL(origin).host), body,
});

function partsOf({ method, target, status, headers = [], body = "" }) {
  const parts = new Map();
  if (method !== undefined) parts.set("method", method);
  if (status !== undefined) parts.set("status", String(status));
  if (target !== undefined) {
    const [path, query = ""] = split(target);
    parts.set("path", path);
    put(parts, "query", new URLSearchParams(query));
  }
  for (const [name, value] of headers) if (name.toLowerCase() !== "content-length") parts.set(name, value);
  const json = objectIn(body);
  if (json !== null) for (const [name, value] of Object.entries(json)) parts.set(`body: ${name}`, JSON.stringify(value));
  else if (/^[^\s<]+=/.test(body)) put(parts, "form", new URLSearchParams(body));
  else if (body !== "") parts.set("body", body);
  return parts;
}

const put = (parts, where, parameters) => [...parameters].forEach(([name, value]) => parts.set(`${where}: ${name}`, value));

function objectIn(text) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

const split = (target) => {
  const at = target.indexOf("?");
  return at < 0 ? [target] : [target.slice(0, at), target.slice(at + 1)];
};

function withQuery(target, changes) {
  const [path, query = ""] = split(target);
  const next = edited(query, changes);
  return next === "" ? path : `${path}?${next}`;
}

function edited(text, changes) {
  const parameters = new URLSearchParams(text);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) parameters.delete(name);
    else parameters.set(name, value);
  }
  return parameters.toString();
}

function withHeaders(headers, changes) {
  const kept = headers.filter(([name]) => !Object.keys(changes).some((one) => one.toLowerCase() === name.toLowerCase()));
  return [...kept, ...Object.entries(changes).filter(([, value]) => value !== undefined)];
}
