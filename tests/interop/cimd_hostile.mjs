// /authorize?client_id=<URL that means harm>: a running server is asked for each, and none of the listeners on this machine
// sees a connection. Names whose addresses change, and what else needs a resolver of its own: tests/hosts/fetch_test.cpp.
import net from 'node:net';
import os from 'node:os';
import { authorization, redeem } from './oauth.mjs';
import { ask, isErrorPage } from './cimd_bad.mjs';
import { equal, group, ok, startServer, stopClean } from './lib.mjs';
import { postForm, postJson, raw, request } from './web.mjs';

/** Listens on one port of every address that this machine has for itself, and counts who comes. */
async function startCanaries() {
  const servers = [];
  const seen = [];
  const addresses = ['127.0.0.1', '127.0.0.2', '::1', ...Object.values(os.networkInterfaces()).flat().filter((one) => !one.internal && !one.scopeid).map((one) => one.address)];
  const listen = (address, port) => new Promise((done) => {
    const server = net.createServer((socket) => { seen.push(`${address} ${server.address().port}`); socket.on('error', () => {}).destroy(); });
    server.once('error', () => done(undefined)).listen(port, address, () => { servers.push(server); done(server.address().port); });
  });
  const port = await listen('127.0.0.1', 0);
  for (const address of addresses.slice(1)) await listen(address, port);
  return { port, seen, listeners: servers.length, close: () => Promise.all(servers.map((one) => new Promise((done) => one.close(done)))) };
}

/** Hosts that lead to this machine, to its network, or to a cloud's metadata, in every spelling that somebody reads so. */
const hosts = [
  '127.0.0.1', '127.0.0.2', '127.1', '127.0.1', '127.255.255.254', '127.0.0.1.', '127.000.000.001', '127.0.0.01',
  '2130706433', '017700000001', '0x7f000001', '0x7f.0.0.1', '0177.0.0.1', '0x7f.1', '0X7F.0x0.0x0.0x1', '127.0x0.1',
  '0', '0.0.0.0', '0.0.0.0.', '00000', '0x0', '255.255.255.255', '1.2.3.4.5', '256.0.0.1', '4294967297',
  'localhost', 'LOCALHOST', 'localhost.', 'LocalHost.', 'a.localhost', 'localhost.localdomain', 'ip6-localhost', 'ip6-loopback',
  '[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:ffff:127.0.0.1]', '[::127.0.0.1]', '[::7f00:1]',
  '[64:ff9b::127.0.0.1]', '[64:ff9b::7f00:1]', '[64:ff9b:1::127.0.0.1]', '[2002:7f00:1::]', '[2002:7f00:1::1]', '[2001:0:7f00:1::]',
  '[2001:0:0:0:0:0:80ff:fffe]', '[fe80::1]', '[fe80::1%25lo]', '[fe80::1%lo]', '[::1%25lo]', '[fc00::1]', '[fd12:3456::1]', '[fec0::1]', '[ff02::1]', '[2001:db8::1]',
  '[::1', '::1', '[v1.a]', '[127.0.0.1]',
  '169.254.169.254', '169.254.170.2', '0xa9fea9fe', '2852039166', '0251.0376.0251.0376', '[::ffff:169.254.169.254]', '[fd00:ec2::254]', '[64:ff9b::a9fe:a9fe]',
  'metadata.google.internal', 'metadata', 'instance-data.ec2.internal', '100.100.100.200',
  '10.0.0.1', '172.16.0.1', '172.31.255.254', '192.168.0.1', '100.64.0.1', '100.127.255.254', '198.18.0.1', '192.0.0.8', '192.0.2.1', '198.51.100.1', '203.0.113.1', '224.0.0.1', '239.255.255.250', '240.0.0.1',
  'user@127.0.0.1', 'app.example@127.0.0.1', 'app.example:443@127.0.0.1', 'app.example%40127.0.0.1', 'app.example%2f@127.0.0.1', 'a@b@127.0.0.1', '127.0.0.1\\@app.example', 'app.example\\@127.0.0.1', '127.0.0.1%00.app.example', 'app.example%00.127.0.0.1', '127.0.0.1%2eapp.example',
  '\u2460\u2461\u2466.0.0.1', '127\u30020\u30020\u30021', '\uff11\uff12\uff17.0.0.1', 'l\u043ecalhost', 'localho\u017ft', '\u2170ocalhost',
  'printer.local', 'nas.lan', 'router.home.arpa', 'intranet', 'db.corp', 'kubernetes.default.svc.cluster.local', 'host.docker.internal',
];

export async function hostile(documents, args, about) {
  const canaries = await startCanaries();
  const at = `:${canaries.port}/client.json`;
  const urls = [
    ...hosts.map((host) => `https://${host}${at}`),
    ...['127.0.0.1', 'localhost', '[::1]', '169.254.169.254'].flatMap((host) => [`http://${host}${at}`, `ftp://${host}${at}`, `gopher://${host}${at}`, `HTTPS://${host}${at}`, `https:/${host}${at}`, `https:${host}${at}`, `https:///${host}${at}`, `//${host}${at}`]),
    'file:///etc/passwd', 'data:application/json,{}', 'javascript:alert(1)', 'jar:https://127.0.0.1/!/', 'unix:/run/docker.sock',
    `https://127.0.0.1:${canaries.port}#@app.example/a`, `https://127.0.0.1:${canaries.port}?@app.example/a`, `https://127.0.0.1:${canaries.port};@app.example/a`,
    `https://127.0.0.1:0${canaries.port}/a`, `https://127.0.0.1:+${canaries.port}/a`, `https://127.0.0.1: ${canaries.port}/a`, 'https://127.0.0.1:65536/a', 'https://127.0.0.1:-1/a',
    'https://127.0.0.1:22/a', 'https://127.0.0.1:6379/a', 'https://app.example:25/a',
    `https://127.0.0.1${at}\r\nHost: app.example`, `https://127.0.0.1${at}\0`, `https://127.0.0.1${at} HTTP/1.1`, ` https://127.0.0.1${at}`, `https://127.0.0.1${at.replace('client', '../client')}`,
    `https://127.0.0.1${at}?${'a'.repeat(2000)}`, `https://${'a.'.repeat(200)}example/a`, `https://127.0.0.1:${canaries.port}/${'%2e%2e/'.repeat(20)}a`,
  ];
  const server = await startServer({ args });
  await group('URLs that mean harm', async () => {
    ok('there are listeners on this machine', canaries.listeners >= 2, canaries.listeners);
    ok('and more than a hundred URLs', urls.length > 150 && new Set(urls).size === urls.length, urls.length);
    const wrong = [];
    const left = [...urls];
    const work = async () => {
      for (let url = left.pop(); url !== undefined; url = left.pop()) {
        const reply = await ask(server, url);
        if (!isErrorPage(reply)) wrong.push(`${url}: ${reply.brief}`);
      }
    };
    await Promise.all([work(), work(), work(), work()]);
    equal('each gets an error page, none a redirect or a 500', wrong, []);
    equal('and nobody is reached', canaries.seen, []);
  }, 90);

  await group('the same from places where a URL may stand', async () => {
    const hidden = [`https://127.0.0.1:${canaries.port}/keys`, `https://localhost:${canaries.port}/keys`, `https://[::1]:${canaries.port}/keys`, 'https://169.254.169.254/keys'];
    for (const [index, keys] of hidden.entries()) {
      // A document may name its keys anywhere; a document's server may redirect anywhere.
      about(`/keys${index}.json`, { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: keys, logo_uri: keys, client_uri: keys, policy_uri: keys, tos_uri: keys });
      const id = documents.at(`/keys${index}.json`);
      ok(`${keys} as jwks_uri of a document: its page is shown`, (await ask(server, id)).status === 200);
      const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const now = Math.floor(Date.now() / 1000);
      const assertion = (client) => [part({ alg: 'ES256', kid: 'a' }), part({ iss: client, sub: client, aud: server.url, exp: now + 60, jti: 'a' }), part('a')].join('.');
      const proof = (client) => ({ client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: assertion(client) });
      const asked = authorization(server, { client_id: id });
      equal('  and no proof is taken', (await redeem(server, { client_id: id }, { ...asked, code: 'x' }, proof(id))).status, 401);
      const registered = await postJson(`${server.url}/register`, { redirect_uris: ['https://app.example/cb'], token_endpoint_auth_method: 'private_key_jwt', jwks_uri: keys });
      if (registered.status === 201) equal('  nor of a registered client', (await postForm(`${server.url}/token`, { grant_type: 'refresh_token', refresh_token: 'x', ...proof(registered.json.client_id) })).status, 401);
      documents.pages.set(`/to${index}.json`, (_, response) => response.writeHead(302, { Location: keys }).end());
      ok('  nor a redirect followed', isErrorPage(await ask(server, documents.at(`/to${index}.json`))));
    }
    const doubled = await request(`${server.url}/authorize?client_id=${encodeURIComponent(documents.at('/ts1.json'))}&client_id=${encodeURIComponent(`https://127.0.0.1${at}`)}`);
    equal('  two client_ids are none', doubled.status, 400);
    const bare = await raw(server.port, `GET /authorize?response_type=code&client_id=https://127.0.0.1${at} HTTP/1.1\r\nHost: localhost:${server.port}\r\nConnection: close\r\n\r\n`);
    equal('  nor is one that is not escaped another', bare.status, 400);
    equal('still nobody is reached', canaries.seen, []);
    // It was the policy that kept them: of each place one of these was to be fetched, and refused.
    const refused = server.log.split('\n').filter((line) => line.includes('"problem":"refused"'));
    ok('each was judged and refused', hidden.every((keys) => refused.filter((line) => line.includes(`"host":"${new URL(keys).hostname}"`) || keys.includes('localhost')).length >= 2), refused.slice(-8).join('\n'));
  }, 60);
  ok('the log has no trouble of its own', !/"level":"error"/.test(server.log), server.log.split('\n').filter((line) => line.includes('error')).slice(0, 3).join('\n'));
  await stopClean(server, 'hostile URLs');
  // A listener that nobody can reach would prove nothing.
  await new Promise((done) => { net.connect(canaries.port, '127.0.0.1').on('connect', function reached() { this.destroy(); done(); }).on('error', done); });
  equal('the listeners do count', canaries.seen.length, 1);
  await canaries.close();
}
