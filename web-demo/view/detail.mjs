// One message, opened: the whole of it, its parts, the clauses, and what the core needed, knew, guarded and wrote.

import { about } from "../model/clauses.mjs";
import { decode } from "../model/decode.mjs";
import { differences } from "../model/differences.mjs";
import { bytesOf } from "../postern/text.mjs";
import { element, table } from "./dom.mjs";
import { names } from "./diagram.mjs";

/** `evaluations`: all of the play. `known`: model/decode.mjs, learn. Gives the nodes. */
export async function detailOf(exchange, { evaluations, known }) {
  const { name, clauses } = about(exchange);
  const parts = await decode(exchange, known);
  const client = [exchange.asked, exchange.led].filter((id) => id !== null).map((id) => evaluations[id]);
  const rules = client.flatMap(({ output }) => output.path.map(({ clause }) => clause));
  const door = exchange.evaluations.length > 0 ? differences(exchange.request, evaluations[exchange.evaluations[0]].input.request) : [];
  return [
    element("header", {}, element("h2", { textContent: name }), element("p", { is: "soft", textContent: `${names[exchange.from]} to ${names[exchange.to]}, ${exchange.origin}` })),
    exchange.changes.length > 0 ? section("What was changed", changesTable(exchange.changes), true) : null,
    door.length > 0 ? section("What the door in front of this server changed", changesTable(door), true) : null,
    section("Why: the clauses", element("ul", { is: "clauses" }, [...new Set([...clauses, ...rules])].map((clause) => element("li", { textContent: clause }))), true),
    section("Request", message(requestText(exchange.request)), true),
    exchange.reply === null ? null : section("Reply", message(replyText(exchange.reply)), true),
    parts.length === 0 ? null : section("Decoded", element("div", {}, parts.map(decoded)), true),
    section("The core's own trace", trace(exchange, evaluations, client), true),
  ].filter((part) => part !== null);
}

export const changesTable = (changes) => element("div", { is: "changes" }, changes.map(({ what, was, is }) => element("div", {},
  element("h4", { textContent: what }),
  element("p", {}, was === "" ? element("em", { textContent: "was not there" }) : element("del", { textContent: was })),
  element("p", {}, is === "" ? element("em", { textContent: "is gone" }) : element("ins", { textContent: is })))));

function section(title, content, open) {
  return element("details", { open }, element("summary", { textContent: title }), content);
}

const message = (text) => element("pre", { tabIndex: 0, textContent: text });
const decoded = ({ title, rows, note }) => element("section", { is: "decoded" }, element("h3", { textContent: title }), table(rows), note ? element("p", { is: "soft", textContent: note }) : null);

const lines = (headers) => headers.map(([name, value]) => `${name}: ${value}\n`).join("");
const requestText = ({ method, target, headers, body }) => `${method} ${target} HTTP/1.1\n${lines(headers)}\n${readable(body)}`;
const replyText = ({ status, headers, body }) => `HTTP/1.1 ${status}\n${lines(headers)}\n${readable(body)}`;

/** JSON is laid out; everything else stays as it came. */
function readable(body) {
  const text = typeof body === "string" ? body : new TextDecoder().decode(body);
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function trace(exchange, evaluations, client) {
  const own = exchange.evaluations.map((id) => evaluations[id]);
  if (own.length + client.length === 0) return element("p", { is: "soft", textContent: "No part of the core: somebody else's server, played by a stand-in of this page." });
  return element("div", { is: "trace" },
    client.length > 0 ? element("h3", { textContent: "The client" }) : null,
    client.map(clientStep),
    own.length > 0 ? element("h3", { textContent: names[exchange.to] }) : null,
    own.map(serverRound));
}

function clientStep({ id, input, output }) {
  const did = output.needs ? `needs ${output.needs.map(describeNeed).join(", ")}` : describeAction(output.action);
  return element("section", { is: "round" },
    element("h4", { textContent: `Evaluation ${id}: ${input.event.event}, ${input.facts.answers.length} facts` }),
    table([...output.path.map((rule) => [`${rule.phase} + ${rule.event}`, `${rule.next} (${rule.clause})`]), ["then", did], ["phase", output.phase]]));
}

function describeAction(action) {
  if (action.action === "failed") return `failed: ${action.why}. ${action.detail}. ${action.sentence} (${action.clause})`;
  if (action.action === "open_browser") return `open_browser ${action.url.split("?", 1)[0]}`;
  if (action.action === "send_request") return `send_request, token generation ${action.generation}`;
  return action.action + (action.scopes === undefined ? "" : `: ${action.scopes}`);
}

function serverRound({ id, input, output }) {
  const facts = input.facts.answers.map(([need, fact]) => [describeNeed(need), describeFact(fact)]);
  const parts = [element("h4", { textContent: `Evaluation ${id}: ${facts.length} facts` })];
  if (facts.length > 0) parts.push(labelled("knows", table(facts)));
  if (output.needs !== null) parts.push(labelled("needs", list(output.needs.map(describeNeed))));
  if (output.answer !== null) parts.push(...answerParts(output.answer));
  return element("section", { is: "round" }, parts);
}

function answerParts({ reply, commit, topics, audit }) {
  const parts = [labelled("answers", list([`status ${reply.status}`]))];
  if (commit.expects.length > 0) parts.push(labelled("guard", table(commit.expects.map(({ key, version }) => [text(key), version === null ? "is absent" : `is still version ${version}`]))));
  const writes = [...commit.puts.map(({ key, bytes, expires_at: end }) => [text(key), `${bytes.length} bytes${end === null ? "" : `, until ${new Date(end * 1000).toISOString().slice(0, 19)}Z`}`]), ...commit.deletes.map((key) => [text(key), "deleted"])];
  if (writes.length > 0) parts.push(labelled(`commit, ${commit.durability}`, table(writes)));
  if (topics.length > 0) parts.push(labelled("publishes", list(topics.map(({ kind }) => kind))));
  for (const { what, outcome, client, subject, detail } of audit) {
    parts.push(labelled("audit", table([["what", what], ["outcome", outcome], ["client", client], ["subject", subject], ["detail", detail]].filter(([, value]) => value !== ""))));
  }
  return parts;
}

const labelled = (label, content) => element("div", { is: "labelled" }, element("span", { textContent: label }), content);
const list = (items) => element("ul", {}, items.map((item) => element("li", { textContent: item })));
const text = (value) => (typeof value === "string" ? value : `${value.length} bytes`);

function describeNeed(need) {
  if (need.need === "fetch") return `fetch ${need.method} ${need.url}`;
  return [need.need, text(need.key ?? need.prefix ?? need.name ?? "")].filter((part) => part !== "").join(" ");
}

function describeFact(fact) {
  switch (fact.fact) {
    case "loaded":
      return fact.record === null ? "absent" : `version ${fact.record.version}, ${fact.record.bytes.length} bytes`;
    case "scanned":
      return `${fact.records.length} records`;
    case "password_verified":
      return fact.matches ? "matches" : "does not match";
    case "fetched":
      return fact.problem === "none" ? `status ${fact.status}, ${bytesOf(fact.body).length} bytes` : fact.problem;
    default:
      return fact.fact;
  }
}
