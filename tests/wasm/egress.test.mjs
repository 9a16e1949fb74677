// Requests to other servers by the web's fetch and by node:http, under one policy: what is refused, what is cut off, what
// comes back. The servers are on loopback, which the operator may write down and a stranger may not.
import { createServer } from "node:http";

import { egressBy, fetched } from "../../host-wasm/js/egress.mjs";
import { Deployment } from "../../host-wasm/js/module.mjs";
import { nodeFetch } from "../../host-wasm/js/node_fetch.mjs";
import { check, compiled, done, settings } from "./host.mjs";

const deployment = new Deployment(compiled(), settings);
const requests = [];
const server = createServer((request, reply) => {
  requests.push(request);
  const { pathname } = new URL(request.url, "http://localhost");
  if (pathname === "/moved") return void reply.writeHead(302, { Location: "/elsewhere" }).end("gone there");
  if (pathname === "/large") return void reply.end("x".repeat(100_000));
  if (pathname === "/endless") return void setInterval(() => reply.write("x".repeat(1000)), 1);
  if (pathname === "/silent") return;
  if (pathname === "/compressed") return void reply.writeHead(200, { "Content-Encoding": "gzip" }).end("not really");
  let body = "";
  request.on("data", (part) => (body += part)).on("end", () => reply.writeHead(201, { "X-Seen": "yes" }).end(`${request.method} ${body}`));
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const { port } = server.address();

const text = ({ body }) => (typeof body === "string" ? body : new TextDecoder().decode(body));

for (const [how, ask] of [["fetch", fetched], ["node:http", nodeFetch]]) {
  const log = [];
  const egress = egressBy(ask, deployment, { log: (level, what, fields) => log.push(fields) });
  const get = (path, more) => egress({ method: "GET", url: `http://127.0.0.1:${port}${path}`, headers: [], body: "", reach: "configured", most_bytes: 5000, milliseconds: 3000, ...more });
  const problem = async (name, expected, path, more) => {
    const before = requests.length;
    const result = await get(path, more);
    check(`${how}: ${name}: ${expected}`, result.status === 0 && result.problem === expected, result);
    return requests.length - before;
  };
  const stranger = { reach: "stranger" };
  check(`${how}: and nothing is sent`, (await problem("a stranger's loopback", "refused", "/", stranger)) === 0);
  for (const url of [`https://127.0.0.1:${port}/`, `https://localhost:${port}/`, `https://[::1]:${port}/`, "https://10.1.2.3/", "https://2130706433/", "https://x@example.com/", "file:///etc/passwd", "nonsense"]) {
    await problem(`a stranger's ${url}`, "refused", "", { ...stranger, url });
  }
  await problem("a name of nobody", "unreachable", "", { ...stranger, url: "https://nobody.invalid/" });
  await problem("too large", "too_large", "/large");
  await problem("without an end", "too_large", "/endless");
  await problem("silent", "too_slow", "/silent", { milliseconds: 100 });
  await problem("compressed, though nobody asked", "unreachable", "/compressed");
  await problem("nobody listens", "unreachable", "", { url: "http://127.0.0.1:1/" });
  const moved = await get("/moved");
  check(`${how}: a redirect is not followed`, (moved.status === 302 || moved.problem === "unreachable") && !requests.some(({ url }) => url === "/elsewhere"), moved);
  const posted = await get("/", { method: "POST", body: "a=b", headers: [["Content-Type", "application/x-www-form-urlencoded"], ["Authorization", "Basic eA=="]] });
  check(`${how}: a POST and what comes back`, posted.status === 201 && text(posted) === "POST a=b" && posted.headers.some(([name, value]) => name.toLowerCase() === "x-seen" && value === "yes"), posted);
  const { headers } = requests.at(-1);
  check(`${how}: with its fields and no others of note`, headers.authorization === "Basic eA==" && headers["accept-encoding"] === "identity" && headers["user-agent"] === "postern" && headers.cookie === undefined, headers);
  for (const [method, body] of [["PUT", "p"], ["PATCH", "q"], ["DELETE", ""], ["PATCH", ""], ["OPTIONS", ""]]) {
    const answered = await get("/", { method, body });
    check(`${how}: ${method} ${body}`, answered.status === 201 && text(answered) === `${method} ${body}`, answered);
  }
  check(`${how}: HEAD`, (await get("/", { method: "HEAD" })).status === 201);
  check(`${how}: the log tells the host and no path`, log.length > 10 && log.every((fields) => !JSON.stringify(fields).includes("/")), log.slice(-2));
}

// Only node:http can look where a name leads before anything is connected.
const declared = egressBy(nodeFetch, deployment, { exceptions: [] });
const byName = await declared({ method: "GET", url: `https://localhost.example.invalid:${port}/`, headers: [], body: "", reach: "stranger", most_bytes: 10, milliseconds: 1000 });
check("node:http: a name that leads nowhere is unreachable", byName.problem === "unreachable" || byName.problem === "too_slow", byName);
const judged = (list) => deployment.judge("https://example.com/", "stranger", [], list).join(" ");
check("of the addresses of a name only public ones are kept", judged(["10.0.0.1", "93.184.216.34", "127.0.0.1", "::1", "::ffff:10.0.0.1", "169.254.169.254", "2606:2800:220:1::1"]) === "93.184.216.34 2606:2800:220:1::1", judged(["10.0.0.1", "93.184.216.34"]));

server.closeAllConnections();
server.close();
done();
process.exit();
