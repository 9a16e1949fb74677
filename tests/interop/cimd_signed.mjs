// private_key_jwt over HTTP, request by request: what no official client would send.
import { createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { equal, group, ok } from './lib.mjs';
import { authorization, callTool, redeem } from './oauth.mjs';
import { postForm, Visitor } from './web.mjs';

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** An assertion of `id` for `server`; `header` and `claims` change what is in it. */
function assertionOf(server, id, key, { header = {}, claims = {}, signature } = {}) {
  const now = Math.floor(Date.now() / 1000);
  const head = { alg: 'ES256', kid: 'k1', ...header };
  const text = `${part(head)}.${part({ iss: id, sub: id, aud: server.url, iat: now, exp: now + 60, jti: randomUUID(), ...claims })}`;
  const by = { ES256: () => sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }), none: () => Buffer.alloc(0) }[head.alg] ?? signature;
  return `${text}.${by(text).toString('base64url')}`;
}

export async function signatures(server, documents, pair) {
  const id = documents.at('/signed.json');
  const key = pair.privateKey;
  const proof = (assertion, more = {}) => ({ client_id: id, client_assertion_type: TYPE, client_assertion: assertion, ...more });
  const present = (fields, headers) => postForm(`${server.url}/revoke`, { token: 'unknown', ...fields }, { headers });
  const now = Math.floor(Date.now() / 1000);
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const published = pair.publicKey.export({ type: 'spki', format: 'pem' });
  const mac = (text) => createHmac('sha256', published).update(text).digest();
  const make = (changes) => assertionOf(server, id, key, changes);

  await group('signatures', async () => {
    const rows = [
      ['no proof', { client_id: id }, 401],
      ['a secret in its place', { client_id: id, client_secret: 's' }, 401],
      ['a secret beside it', proof(make(), { client_secret: 's' }), 400],
      ['alg none', proof(make({ header: { alg: 'none' } })), 401],
      ['HS256 by the public key', proof(make({ header: { alg: 'HS256' }, signature: mac })), 401],
      ['the key of a stranger', proof(assertionOf(server, id, stranger)), 401],
      ['for another server', proof(make({ claims: { aud: 'https://other.example' } })), 401],
      ['from another client', proof(make({ claims: { iss: documents.at('/ts1.json') } })), 401],
      ['for another client', proof(make(), { client_id: documents.at('/ts1.json') }), 400],
      ['expired', proof(make({ claims: { exp: now - 60 } })), 401],
      ['good for an hour', proof(make({ claims: { exp: now + 3600 } })), 401],
      ['without a jti', proof(make({ claims: { jti: undefined } })), 401],
      ['of no kind', proof(make(), { client_assertion_type: 'x' }), 401],
    ];
    for (const [name, fields, status] of rows) {
      const reply = await present(fields);
      ok(`refused: ${name}`, reply.status === status && reply.json?.error && !reply.json.access_token, reply.brief);
    }
    const basic = { Authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:s`).toString('base64')}` };
    equal('refused: an Authorization field beside it', (await present(proof(make()), basic)).status, 400);
    equal('good: to the issuer', (await present(proof(make()))).status, 200);
    equal('good: to the token endpoint', (await present(proof(make({ claims: { aud: `${server.url}/token` } })))).status, 200);
    equal('good: without client_id', (await present({ ...proof(make()), client_id: undefined })).status, 200);

    const once = make();
    const racers = await Promise.all(Array.from({ length: 12 }, () => present(proof(once))));
    equal('of twelve with one jti one is let in', racers.map((one) => one.status).sort(), [200, ...Array(11).fill(401)]);
    equal('and none later', (await present(proof(once))).json?.error, 'invalid_client');
  }, 40);

  await group('a code is redeemed by its own client alone', async () => {
    const asked = authorization(server, { client_id: id, redirect_uris: ['http://127.0.0.1:40001/callback'] });
    const callback = await new Visitor(server).authorize(asked.url);
    const client = { client_id: id };
    const with_code = { ...asked, code: callback.searchParams.get('code') };
    equal('without a proof it is not', (await redeem(server, client, with_code)).status, 401);
    equal('with a wrong one neither', (await redeem(server, client, with_code, proof(assertionOf(server, id, stranger)))).status, 401);
    const reply = await redeem(server, client, with_code, proof(make()));
    equal('and with a good one it is, after all that', reply.status, 200);
    equal('the token is good', (await callTool(server, reply.json?.access_token, 'whoami')).status, 200);
  });
}
