// The brands and a plain OAuth 2 provider, each as its documents say: from consent to tokens, renewal, and the end.
import { rows, startQuirk } from '../providers/quirks.mjs';
import { clock } from './clock.mjs';
import { equal, group, ok, stopClean } from './lib.mjs';
import { answer, callTool, redeem, valueOf } from './oauth.mjs';
import { arrive, heard, NOT_ALLOWED, silent, start, UNBELIEVED } from './oidc_visit.mjs';

/** Seconds that the brands' access tokens live; a minute before their end they are renewed. */
const LIFETIME = 300;

export async function brands() {
  const brandNames = Object.keys(rows).filter((name) => name !== 'standard');
  const standIns = await Promise.all(brandNames.map((name) => startQuirk(name, { lifetime: LIFETIME })));
  const owner = await startQuirk('entra', { id: 'entra-owned', toml: 'allow = { email_domains = ["corp.example"] }' });
  const everyone = [...standIns, owner];
  const server = await start(everyone.map((one) => one.toml).join(''), { check: 1 });
  for (const one of everyone) one.callback = `${server.url}/${one.id}/callback`;
  const inside = {};
  const all = (visit) => Promise.all(standIns.map((one) => group(one.id, () => visit(one), 40)));
  await all(async (one) => { inside[one.id] = await enter(server, one); });
  for (const round of ['once', 'twice']) {
    clock.move(LIFETIME - 59);   // for all of them at once
    await all((one) => renewed(one, round, inside[one.id]));
  }
  await all((one) => ended(one, inside[one.id]));
  await group('Entra', () => entra(server, owner, standIns.find((one) => one.id === 'entra-common')));
  silent(server, everyone.flatMap((one) => one.secrets), 'brands');
  await stopClean(server, 'brands');
  await Promise.all(everyone.map((one) => one.close()));
}

/** From consent to a call. Answers what calls a tool as that user. */
async function enter(server, standIn) {
  const { id, row } = standIn;
  const visit = await arrive(server, id);
  const { status, json: tokens } = await redeem(server, visit.registered, { ...visit.asked, code: visit.callback?.searchParams.get('code') });
  if (!ok(`${id}: from consent to tokens`, status === 200, { heard: heard(visit), refused: standIn.refused })) throw new Error(`${id} gives no tokens`);
  const use = (tool) => callTool(server, tokens.access_token, tool);
  const whoami = valueOf(answer(await use('whoami'))?.result);
  ok(`${id}: the user's name is ${row.name}`, JSON.stringify(whoami).includes(`"${row.name}"`), whoami);
  const profile = valueOf(answer(await use('get_user_profile'))?.result);
  ok(`${id}: get_user_profile asks it`, profile?.user_name === undefined && JSON.stringify(profile).includes('ada'), profile);
  return use;
}

async function renewed({ id }, round, use) {
  const reply = await use('get_user_profile');   // it asks there at once, by the token that came just now
  ok(`${id}: renewed ${round}, the user is still let in`, JSON.stringify(valueOf(answer(reply)?.result))?.includes('ada'), reply.brief);
}

async function ended(standIn, use) {
  const { id } = standIn;
  equal(`${id}: by its refresh token, once each time`, standIn.requests.filter((one) => one.body.get('grant_type') === 'refresh_token').length, 2);
  equal(`${id}: nothing was refused on the way`, standIn.refused, []);
  standIn.revokeEverything();
  equal(`${id}: what it ended is ended here`, (await use('get_user_profile')).status, 401);
}

/** No email_verified there: `xms_edov` says that the address is of a domain which the tenant owns. And tenants are issuers. */
async function entra(server, owner, common) {
  equal('Entra: an address alone lets nobody in', heard(await arrive(server, owner.id)), NOT_ALLOWED);
  owner.tweak.claims = (all) => ({ ...all, email_verified: true });
  equal('Entra: nor does a claim that it does not have', heard(await arrive(server, owner.id)), NOT_ALLOWED);
  owner.tweak.claims = (all) => ({ ...all, xms_edov: true });
  ok('Entra: an address whose domain the tenant owns does', (await arrive(server, owner.id)).callback?.searchParams.has('code'));
  for (const tid of ['00000000-0000-0000-0000-000000000000', '../x', undefined]) {
    common.tweak.claims = (all) => ({ ...all, tid });
    equal(`Entra: tenant ${tid} does not speak for another`, heard(await arrive(server, common.id)), UNBELIEVED);
  }
}
