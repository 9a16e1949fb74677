// The sequence diagram: a list of arrows in lanes, each one a button that opens its message.

import { about } from "../model/clauses.mjs";
import { element } from "./dom.mjs";

export class Diagram {
  #list;
  #head;
  #open;
  #lanes = [];
  #chosen = null;
  entries = []; // what a trace keeps of it
  calm = false; // nothing scrolls: all arrows come at once

  /** `open(exchange, part, row)` when an arrow is pressed. */
  constructor({ head, list }, open) {
    this.#head = head;
    this.#list = list;
    this.#open = open;
    list.addEventListener("keydown", (event) => this.#walk(event));
  }

  begin(lanes) {
    this.#lanes = lanes.map(([lane]) => lane);
    this.entries = [];
    this.#chosen = null;
    this.#head.replaceChildren(...lanes.map(([lane, role, host]) =>
      element("div", { data: { lane } }, element("strong", { textContent: role }), element("span", { textContent: host }))));
    for (const place of [this.#head, this.#list]) place.style.setProperty("--lanes", lanes.length);
    this.#list.replaceChildren();
  }

  act(title) {
    this.entries.push({ act: title });
    this.#add(element("li", { is: "act" }, element("h3", { textContent: title })));
  }

  /** How it ended, in the core's words. */
  end({ good, text, more }) {
    this.#add(element("li", { is: good ? "end" : "end bad" }, element("p", {}, element("strong", { textContent: text }), more ? element("span", { textContent: more }) : null)));
  }

  arrow(exchange, part) {
    this.entries.push({ exchange: exchange.id, part });
    const [from, to] = part === "request" ? [exchange.from, exchange.to] : [exchange.to, exchange.from];
    const [start, end] = [this.#lanes.indexOf(from), this.#lanes.indexOf(to)];
    const [left, right] = [Math.min(start, end), Math.max(start, end)];
    const text = part === "request" ? about(exchange).name : replyText(exchange);
    const line = element("span", { is: `line ${start < end ? "right" : "left"} ${part}`, aria: { hidden: "true" } });
    const label = element("span", { is: "label" }, element("b", { textContent: text }), element("code", { textContent: part === "request" ? requestLine(exchange) : hint(exchange) }));
    const row = element("li", { is: "row" });
    const button = element("button", {
      type: "button", is: `arrow ${part}${part === "reply" && exchange.reply.status >= 400 ? " refused" : ""}`, data: { exchange: exchange.id, part },
      aria: { label: `${names[from] ?? from} to ${names[to] ?? to}: ${text}` }, on: { click: () => this.choose(row, exchange, part) },
    }, label, line);
    button.style.setProperty("--from", left + 1);
    button.style.setProperty("--to", right + 2);
    button.style.setProperty("--span", right - left + 1);
    row.append(...this.#lanes.map(() => element("i", { is: "life", aria: { hidden: "true" } })), button);
    this.#add(row);
    return row;
  }

  choose(row, exchange, part) {
    this.#chosen?.querySelector("button").removeAttribute("aria-current");
    this.#chosen = row;
    row.querySelector("button").setAttribute("aria-current", "true");
    this.#open(exchange, part, row);
  }

  #add(row) {
    this.#list.append(row);
    if (this.calm) return;
    row.scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }

  #walk(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = [...this.#list.querySelectorAll("button.arrow")];
    const next = step && at[at.indexOf(event.target.closest("button.arrow")) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
}

export const names = {
  client: "MCP client", browser: "Browser", server: "MCP server", provider: "Login service", authority: "Authorization server",
  attacker: "Attacker", nobody: "Nobody", sibling: "Another MCP server",
};

const requestLine = ({ request }) => `${request.method} ${request.target.split("?", 1)[0]}${what(request)}`;

/** The MCP method of a message, if it is one. */
function what({ body }) {
  const method = /"method":"([\w/]+)"/.exec(body)?.[1];
  const tool = /"params":\{.*?"name":"(\w+)"/.exec(body)?.[1];
  return method === undefined ? "" : ` ${method}${method === "tools/call" && tool ? ` ${tool}` : ""}`;
}

const replyText = ({ reply }) => `${reply.status} ${statusTexts[reply.status] ?? ""}`.trim();
const statusTexts = { 200: "OK", 201: "Created", 202: "Accepted", 303: "See Other", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 503: "Unavailable" };

/** What in a reply matters most. */
function hint({ reply }) {
  const header = (name) => reply.headers.find(([one]) => one.toLowerCase() === name)?.[1];
  if (header("www-authenticate")) return "WWW-Authenticate";
  const location = header("location");
  if (location) return `Location: ${location.split("?", 1)[0]}`;
  if (header("content-type")?.startsWith("text/html")) return /<h1>([^<]*(?:<bdi>[^<]*<\/bdi>)?[^<]*)<\/h1>/.exec(reply.body)?.[1].replace(/<\/?bdi>/g, "") ?? "a page";
  return /"(access_token|authorization_servers|authorization_endpoint|client_id|keys|active|error|tools|result)"/.exec(reply.body)?.[1] ?? "";
}
