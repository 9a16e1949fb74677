// What the OpenID tests share: a server with providers, and a person without a window who logs in by one.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { clock } from './clock.mjs';
import { equal, ok, startServer } from './lib.mjs';
import { authorization, register as registerAt } from './oauth.mjs';
import { formsOf, request, Visitor } from './web.mjs';

export const REDIRECT = 'http://127.0.0.1:39011/callback';          // other programs listen at theirs at the same time
export const register = (server) => registerAt(server, { redirect_uris: [REDIRECT] });

export async function start(toml, { check = 900, args = [], ...more } = {}) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'postern-oidc-'));
  const config = path.join(folder, 'postern.toml');
  writeFileSync(config, toml);
  const server = await startServer({ args: ['--config', config, '--provider-check', String(check), ...args], clock, ...more });
  const stop = server.stop.bind(server);
  server.stop = (...given) => { rmSync(folder, { recursive: true, force: true }); return stop(...given); };
  return server;
}

/** No secret of a provider reaches the log. */
export function silent(server, secrets, label) {
  const told = secrets.filter((secret) => server.log.includes(secret));
  ok(`${label}: there are secrets to look for`, secrets.length > 3 && secrets.every((secret) => secret?.length > 15), secrets.length);
  equal(`${label}: no secret of a provider is in the log`, told.map((secret) => secret.slice(0, 8)), []);
}

/** A person without a window: our pages, the provider's redirects, and back. Gives what the client hears. */
export async function arrive(server, id, { visitor = new Visitor({}), tamper = (url) => url } = {}) {
  const registered = await register(server);
  const asked = authorization(server, registered);
  const there = await depart(server, visitor, asked.url, id);
  if (there.origin === new URL(REDIRECT).origin) return { registered, asked, callback: there };
  const sent = (await request(there)).headers.location;
  const back = tamper(new URL(sent), there);
  const reply = await request(back, { headers: { Cookie: visitor.cookies(), 'Sec-Fetch-Site': 'cross-site' }, seconds: 20 });
  const location = reply.headers.location;
  return { registered, asked, there, back, reply, callback: location ? new URL(location) : undefined };
}

/** Up to where our server sends the browser when its person allowed. */
async function depart(server, visitor, url, id) {
  let page = await visitor.load(url);
  const choice = formsOf(page.text).find((one) => one.inputs.some((input) => input.name === 'provider' && input.value === id));
  if (choice) page = await visitor.load(new URL(choice.action || url, url).href, { method: 'POST', fields: { ...choice.hidden, provider: id } });
  const reply = await visitor.press(url, page, 'allow');
  if (!reply.headers.location) throw new Error(`not sent on: ${reply.brief}`);
  return new URL(reply.headers.location);
}

export const heard = (visit) => [visit.callback?.searchParams.get('error'), visit.callback?.searchParams.get('error_description'), visit.callback?.searchParams.has('code') ?? false];
export const UNBELIEVED = ['server_error', 'What the login service signed can not be believed.', false];
export const WRONG_ISSUER = ['server_error', 'The answer did not come from the login service.', false];
export const AWAY = ['temporarily_unavailable', 'The login service can not be reached. Try again later.', false];
export const NOT_ALLOWED = ['access_denied', 'This user may not use this server.', false];
export const REFUSED = ['server_error', 'The login service did not accept this login.', false];
