// Documents that are not good, from servers that are not: each gives a page that says what is wrong, and no redirect.
import { CertificateAuthority, startDocuments } from '../providers/documents.mjs';
import { equal, group, ok, startServer, stopClean } from './lib.mjs';
import { authorization } from './oauth.mjs';
import { Visitor } from './web.mjs';

const CALLBACK = 'http://127.0.0.1:40002/callback';
const headers = { 'Content-Type': 'application/json' };

/** The answer to an authorization request of this client. */
export const ask = (server, id, redirect = CALLBACK) => new Visitor({}).load(authorization(server, { client_id: id, redirect_uris: [redirect] }).url);
export const isErrorPage = (reply) => reply.status === 400 && /^text\/html/.test(reply.headers['content-type']) && !reply.headers.location
  && reply.text.includes('This request can not go on');

export async function badDocuments(server, documents, authority, about) {
  const bad = (name, more, told) => { about(name, more); return [name, told]; };
  const served = (name, page, told) => { documents.pages.set(name, page); return [name, told]; };
  const good = (name) => JSON.stringify({ ...documents.pages.get('/ts1.json'), client_id: documents.at(name) });
  const body = (name, status = 200, more = {}) => (_, response) => response.writeHead(status, { ...headers, ...more }).end(good(name));
  const rows = [
    bad('/other.json', { client_id: documents.at('/ts1.json') }, 'client_id'),
    bad('/none.json', { client_id: undefined }, 'client_id'),
    bad('/secret.json', { client_secret: 's' }, 'client_secret'),
    bad('/basic.json', { token_endpoint_auth_method: 'client_secret_basic' }, 'none or private_key_jwt'),
    bad('/post.json', { token_endpoint_auth_method: 'client_secret_post' }, 'none or private_key_jwt'),
    bad('/mac.json', { token_endpoint_auth_method: 'client_secret_jwt' }, 'token_endpoint_auth_method'),
    bad('/keyless.json', { token_endpoint_auth_method: 'private_key_jwt' }, 'jwks'),
    bad('/nowhere.json', { redirect_uris: [] }, 'redirect URI'),
    bad('/script.json', { redirect_uris: ['javascript:alert(1)'] }, 'scheme'),
    bad('/large.json', { padding: 'x'.repeat(5 << 10) }, 'too long'),
    served('/page.json', (_, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><p>hello'), 'no JSON object'),
    served('/twice.json', (_, response) => response.writeHead(200, headers).end(`{"client_id":"x",${good('/twice.json').slice(1)}`), 'no JSON object'),
    served('/gone.json', body('/gone.json', 410), 'there is none'),
    served('/broken.json', body('/broken.json', 500), 'error'),
    ...[301, 302, 303, 307, 308].map((status) => served(`/moved${status}.json`, body(`/moved${status}.json`, status, { Location: documents.at('/canary.json') }), 'redirect')),
    served('/packed.json', body('/packed.json', 200, { 'Content-Encoding': 'gzip' }), 'reached'),
    ['/missing.json', 'there is none'],
  ];
  documents.pages.set('/canary.json', (_, response) => response.writeHead(200, headers).end(good('/moved302.json')));

  await group('documents that are not good', async () => {
    for (const [name, told] of rows) {
      const reply = await ask(server, documents.at(name));
      ok(`${name}: an error page that says why`, isErrorPage(reply) && reply.text.includes(told), reply.brief + reply.text.slice(-400));
      equal(`${name}: it was asked for once`, documents.count(name), 1);
    }
    equal('no redirect was followed', documents.count('/canary.json'), 0);
    about('/other.json');
    ok('mended, it is good at once', (await ask(server, documents.at('/other.json'))).status === 200 && documents.count('/other.json') === 2);
    ok('a redirect that it does not name', isErrorPage(await ask(server, documents.at('/ts1.json'), 'http://127.0.0.1:40002/other')));
    ok('nor another host', isErrorPage(await ask(server, documents.at('/ts1.json'), 'https://evil.example/callback')));
  }, 60);

  await group('a document that does not come to an end', async () => {
    const drips = [];
    documents.pages.set('/slow.json', (_, response) => {
      response.writeHead(200, headers);
      drips.push(setInterval(() => response.write(' '), 100));
    });
    documents.pages.set('/silent.json', () => {});
    for (const name of ['/slow.json', '/silent.json']) {
      const reply = await ask(server, documents.at(name));
      ok(`${name}: given up after three seconds`, isErrorPage(reply) && reply.text.includes('no answer in time'), reply.brief);
    }
    const again = await ask(server, documents.at('/silent.json'));
    ok('and not waited for again at once', isErrorPage(again) && documents.count('/silent.json') === 1, again.brief);
    drips.forEach(clearInterval);
  }, 40);

  await group('a server that can not prove its name', async () => {
    const other = new CertificateAuthority();
    const [forged, misnamed] = await Promise.all([startDocuments(other.issue('a', 'DNS:localhost')), startDocuments(authority.issue('b', 'DNS:app.example'))]);
    const strict = await startServer({ args: ['--fetch-ca', authority.ca, '--client-host', 'localhost', ...[forged, misnamed, documents].flatMap(({ port }) => ['--fetch-allow', `localhost:${port}`])] });
    for (const [name, one] of [['of an authority that is not trusted', forged], ['for another name', misnamed]]) {
      const reply = await ask(strict, one.at('/client.json'));
      ok(`a certificate ${name}`, isErrorPage(reply) && reply.text.includes('not trusted') && one.connections === 1 && one.asked.length === 0, reply.text.slice(-500));
    }
    const seen = documents.connections;
    ok('a host that the operator did not name', isErrorPage(await ask(strict, `https://127.0.0.1:${documents.port}/ts1.json`)) && documents.connections === seen);
    ok('and one that is', (await ask(strict, documents.at('/ts1.json'))).status === 200);
    await stopClean(strict, 'strict');
    const off = await startServer({ args: ['--client-documents', 'false', '--fetch-ca', authority.ca, '--fetch-allow', `localhost:${documents.port}`] });
    const before = documents.connections;
    ok('switched off, no URL is a client', isErrorPage(await ask(off, documents.at('/ts1.json'))) && documents.connections === before);
    await stopClean(off, 'switched off');
    await Promise.all([forged.close(), misnamed.close()]);
    other.remove();
  }, 40);
}
