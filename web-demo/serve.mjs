// A small server of static files: node serve.mjs FOLDER [--listen 127.0.0.1:8400]. Any other that sends .mjs as JavaScript will
// do, too: the page brings its policy along. Here it comes as a header as well, with what only a header can say.

import { createReadStream, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";

const types = { ".html": "text/html; charset=utf-8", ".mjs": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".wasm": "application/wasm" };

const [folder, ...rest] = process.argv.slice(2);
const root = path.resolve(folder ?? ".");
const [host, port] = listenOf(rest);
const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(await readFile(path.join(root, "index.html"), "utf8"))[1];

const server = createServer((request, reply) => {
  const file = fileOf(request.url);
  if (!["GET", "HEAD"].includes(request.method) || file === null) {
    reply.writeHead(file === null ? 404 : 405, { "Content-Type": "text/plain; charset=utf-8" }).end("There is nothing here.\n");
    return;
  }
  reply.writeHead(200, {
    "Content-Type": types[path.extname(file)], "Cache-Control": "no-cache", "Content-Length": statSync(file).size,
    "Content-Security-Policy": `${policy}; frame-ancestors 'none'`, "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
  });
  if (request.method === "HEAD") reply.end();
  else createReadStream(file).pipe(reply);
});
server.listen(Number(port), host, () => console.log(`http://${host.includes(":") ? `[${host}]` : host}:${server.address().port}/`));

/** A file of a known type below the folder, or null. */
function fileOf(url) {
  try {
    const { pathname } = new URL(url, "http://localhost");
    const file = path.join(root, path.normalize(decodeURIComponent(pathname.endsWith("/") ? `${pathname}index.html` : pathname)));
    return file.startsWith(root + path.sep) && path.extname(file) in types && statSync(file).isFile() ? file : null;
  } catch {
    return null;
  }
}

function listenOf(args) {
  const at = args.indexOf("--listen");
  const given = at < 0 ? (args.length === 0 ? "127.0.0.1:8400" : "") : args[at + 1] ?? "";
  const [, name, number] = /^(?:\[?([\w.:-]+?)\]?):(\d{1,5})$/.exec(given) ?? [];
  if (number === undefined) {
    console.error("expected --listen HOST:PORT");
    process.exit(2);
  }
  return [name, number];
}
