// Every attack pressed; what the page says of it is what the core says here.
import { equal, ok } from '../interop/lib.mjs';
import { openContext } from '../browser/lib.mjs';
import { answerOf, askAgain, choose, openPage, readTrace } from './lib.mjs';

/** The exact reason of each. Where nothing is audited, the status. */
const reasons = {
  'code-without-verifier': 'missing_parameter', 'code-wrong-verifier': 'wrong_verifier', 'code-replayed': 'code_replayed',
  'code-of-another-client': 'code_of_another_client', 'code-other-redirect': 'wrong_redirect_uri', 'redirect-look-alike': 'unmatched_redirect',
  'pkce-plain': 'challenge_not_s256', 'pkce-none': 'missing_challenge', 'resource-elsewhere': 'wrong_resource', 'refresh-replayed': 'refresh_replayed',
  'token-tampered': 'unknown_token', 'token-other-server': 'wrong_audience', 'scope-too-small': 'too_little_scope', 'scope-widened': 'scope_widened',
  'token-expired': 'expired_token', 'token-revoked': 'token_of_ended_grant', 'token-as-refresh': 'unknown_refresh_token', 'token-in-query': 'token_in_query',
  'session-forged': 404, 'rebinding-host': 403, 'rebinding-origin': 403, 'confused-deputy': 'other_browser', 'consent-cross-site': 'cross_site',
  'consent-tampered': 'broken_flow', 'document-of-another': 'bad_client_document', 'document-inside': 'bad_client_document',
  'state-changed': 'state_differs', 'mix-up': 'response_issuer_differs', 'mix-up-silent': 'response_issuer_missing',
  'metadata-issuer': 'issuer_differs', 'metadata-pkce': 'pkce_not_offered', 'metadata-script': 'unsafe_url', 'metadata-inside': 'unsafe_url',
};
/** Elsewhere the tokens are not ours to read: that server says of each that it is not active. */
const elsewhere = { 'token-tampered': 'inactive_token', 'token-other-server': 'inactive_token', 'token-expired': 'inactive_token', 'token-revoked': 'inactive_token' };

export async function everyAttack(scene) {
  const window = await openContext(scene.browser, scene);
  const page = await openPage(window, scene);
  for (const [users, registration, revision] of [['own', 'dynamic', '2026-07-28'], ['own', 'given', '2025-03-26'], ['third', 'document', '2025-11-25'], ['external', 'dynamic', '2025-06-18']]) {
    await choose(page, { users, registration, revision });
    const ids = await page.locator('.attack').evaluateAll((all) => all.map(({ id }) => id.replace('attack-', '')));
    equal(`${users}, ${revision}: the attacks of the table`, ids, Object.keys(reasons));
    if (users === 'own' && registration === 'dynamic') for (const id of ids) await page.click(`#attack-${id} .attack-head button`);
    else await page.click('#all-attacks');
    await page.waitForFunction((count) => [...document.querySelectorAll('.badge')].filter(({ textContent }) => textContent !== '').length === count, ids.length);
    for (const id of ids) await judged(page, id, `${users}, ${revision}, ${id}`, (users === 'external' && elsewhere[id]) || reasons[id]);
  }
  await window.finish('every attack');
}

async function judged(page, id, label, reason) {
  const { badge, said, text } = await page.evaluate((which) => ({
    badge: document.querySelector(`#attack-${which} .badge`).textContent,
    said: document.querySelector(`#attack-${which} .verdict`).textContent, text: demo.attacks.trace(which),
  }), id);
  const trace = readTrace(text);
  const { outcomes, differ } = askAgain(trace);
  const action = outcomes.findLast((_, at) => trace.evaluations[at].by === 'client').action;
  const last = trace.exchanges.findLast(({ core, from, inside }) => core && from !== 'client' && inside === null);
  const byClient = /^(state|mix|metadata)/.test(id);
  const core = byClient ? { reason: action.why, words: action.detail, clause: action.clause } : ofServer(last, outcomes);
  ok(`${label}: refused, ${reason}`, badge === 'refused' && differ.length === 0 && core.reason === reason, { badge, differ, core });
  ok(`${label}: the page says what the core says`, [String(core.reason), core.words, core.clause].every((part) => said.includes(part)), { said, core });
}

function ofServer(exchange, outcomes) {
  const { status, audit } = answerOf(exchange, outcomes);
  const event = audit.findLast(({ outcome }) => !outcome.startsWith('ok'));
  return { reason: event?.outcome ?? status, words: event?.detail ?? '', clause: '' };
}

/** Nothing is made to look refused: a request that was not changed goes through, and is shown so. */
export async function noAttack(scene) {
  const window = await openContext(scene.browser, scene);
  const page = await openPage(window, scene);
  const result = await page.evaluate(async () => {
    const { tryAttack } = await import('/model/attacks.mjs');
    const wasm = await WebAssembly.compileStreaming(fetch('/postern.wasm'));
    const harmless = (run) => tryAttack(wasm, { users: 'own', registration: 'dynamic', revision: '2025-11-25' }, { id: 'none', run });
    const token = await harmless(async (lab) => {
      const callback = await lab.consented();
      const request = await lab.overheard('/token', () => lab.client.on({ event: 'called_back', url: callback }), { lost: true });
      return lab.sends(lab.world.authority.origin, request, {});
    });
    const callback = await harmless(async (lab) => lab.callsBack(await lab.consented(), {}));
    return [token, callback].map(({ refused, changes, status }) => ({ refused, changes: changes.length, status }));
  });
  equal('a request that nobody changed is not refused', result[0], { refused: false, changes: 0, status: 200 });
  equal('a callback that nobody changed is not refused', result[1], { refused: false, changes: 0, status: null });
  await page.locator('input[value="external"]').check({ force: true });
  await page.locator('input[value="2025-03-26"]').check({ force: true });
  await page.click('#attack-pkce-none .attack-head button');
  await page.waitForFunction(() => document.querySelector('#attack-pkce-none .badge').textContent !== '');
  equal('an attack that is not reached is not called refused', await page.textContent('#attack-pkce-none .badge'), 'not tried');
  await window.finish('no attack');
}
