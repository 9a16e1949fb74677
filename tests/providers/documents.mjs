// A web server over https on loopback that serves documents, with a certificate of an authority of its own: where clients
// keep their metadata and keys. Made by openssl, as an operator would.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';

function openssl(folder, ...args) {
  const done = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8', timeout: 20_000 });
  if (done.status !== 0) throw new Error(`openssl ${args[0]}: ${done.error ?? done.stderr}`);
}

/** An authority and what it has issued: `ca` is its file, `issue(name, san)` makes a key and a certificate. */
export class CertificateAuthority {
  constructor() {
    this.folder = mkdtempSync(path.join(os.tmpdir(), 'postern-ca-'));
    this.#make('ca', '/CN=Authority of a test', ['basicConstraints=critical,CA:true', 'keyUsage=critical,keyCertSign']);
    this.ca = path.join(this.folder, 'ca.pem');
  }
  #make(name, subject, extensions, ...more) {
    openssl(this.folder, 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', subject,
      '-keyout', `${name}.key`, '-out', `${name}.pem`, ...extensions.flatMap((one) => ['-addext', one]), ...more);
  }
  issue(name, san) {
    this.#make(name, '/CN=A test', ['basicConstraints=critical,CA:false', `subjectAltName=${san}`], '-CA', 'ca.pem', '-CAkey', 'ca.key');
    const read = (end) => readFileSync(path.join(this.folder, `${name}.${end}`));
    return { cert: read('pem'), key: read('key') };
  }
  remove() { rmSync(this.folder, { recursive: true, force: true }); }
}

/** `pages`: path to JSON, or to a function (request, response). `asked`: every path that was asked for, in order. */
export async function startDocuments(credentials) {
  const documents = { pages: new Map(), asked: [], connections: 0 };
  const server = https.createServer(credentials, (request, response) => {
    const { pathname } = new URL(request.url, 'https://x');
    documents.asked.push(request.url);
    const page = documents.pages.get(pathname);
    if (typeof page === 'function') return page(request, response);
    const body = JSON.stringify(page ?? { error: 'not found' });
    response.writeHead(page === undefined ? 404 : 200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }).end(body);
  });
  server.on('connection', () => { documents.connections += 1; });
  server.on('tlsClientError', () => {});
  await new Promise((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', done));
  documents.port = server.address().port;
  documents.at = (name) => `https://localhost:${documents.port}${name}`;
  documents.count = (name) => documents.asked.filter((one) => one === name).length;
  documents.close = () => new Promise((done) => { server.close(done); server.closeAllConnections(); });
  return documents;
}
