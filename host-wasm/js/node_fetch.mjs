// One request to another server by node:http and node:https, with what the web's `fetch` can't do: the name is resolved
// once, every address is judged, and the connection goes to one that was.

import { lookup } from "node:dns/promises";
import http from "node:http";
import https from "node:https";
import { isIP } from "node:net";

import { headersOf, problem } from "./egress.mjs";
import { bytesOf } from "./text.mjs";

// https://nodejs.org/api/tls.html#x509-certificate-error-codes, and ERR_TLS_CERT_ALTNAME_INVALID.
const untrusted = /CERT|LEAF_SIGNATURE|CRL|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH/;

/** For egressBy. `ca`: the certificate authorities, PEM, in place of those that Node trusts. */
export const nodeFetchWith = ({ ca } = {}) => (need, judged) => asked(need, judged, ca);

export const nodeFetch = nodeFetchWith();

async function asked(need, { signal, addresses }, ca) {
  const url = new URL(need.url);
  const name = url.hostname.replace(/^\[|\]$/g, "");
  const found = isIP(name) ? [{ address: name }] : await lookup(name, { all: true });
  const [address] = addresses(found.map((one) => one.address));
  if (address === undefined) throw problem("refused");
  const answer = await answered(url, need, address, signal, ca);
  const headers = [];
  for (let i = 0; i < answer.rawHeaders.length; i += 2) headers.push([answer.rawHeaders[i], answer.rawHeaders[i + 1]]);
  return { status: answer.statusCode, headers, chunks: answer };
}

function answered(url, need, address, signal, ca) {
  const { request } = url.protocol === "https:" ? https : http;
  const body = bytesOf(need.body);
  const headers = Object.fromEntries(headersOf(need));
  if (body.length > 0 || need.method === "POST") headers["Content-Length"] = body.length;
  // The certificate is checked for the name; no other look-up takes place.
  const to = (_name, { all }, done) => (all ? done(null, [{ address, family: isIP(address) }]) : done(null, address, isIP(address)));
  return new Promise((done, failed) => {
    const call = request(url, { method: need.method, headers, lookup: to, agent: false, signal, ca }, done);
    call.on("error", (error) => failed(untrusted.test(error.code) ? problem("untrusted") : error));
    call.end(body);
  });
}
