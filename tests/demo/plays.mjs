// The story under every switch, held against the core.
import { equal, ok } from '../interop/lib.mjs';
import { openContext } from '../browser/lib.mjs';
import { answerOf, askAgain, choose, openPage, playThrough, readTrace } from './lib.mjs';

const revisions = ['2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'];
const registrations = ['dynamic', 'document', 'given'];

/** A client of 2025-03-26 looks for its server's own metadata, and those of a server elsewhere name that one. */
const isRefused = ({ users, revision }) => users === 'external' && revision === '2025-03-26';

/** What has to be among the messages, in this order. */
function expected({ users, registration, revision }) {
  const lead = revision === '2025-03-26' ? [] : ['Protected resource metadata'];
  return ['MCP request, refused', ...lead, 'Authorization server metadata', ...(registration === 'dynamic' ? ['Dynamic client registration'] : []),
    'Authorization request', ...(registration === 'document' ? ['Client ID metadata document'] : []), ...(users === 'third' ? [] : ['Login']), 'Consent',
    ...(users === 'third' ? ['Back from the login service', 'Keys of the login service'] : []), 'Authorization response', 'Code for tokens', 'MCP request',
    ...(users === 'external' ? ['Introspection'] : []), 'Refresh', 'MCP request, more scope needed', 'Consent', 'Code for tokens', 'MCP request',
    'Account page', 'The user revokes', 'MCP request, refused', 'Refresh'];
}

/** Are these in the list, in this order? The first that is not, or null. */
function missingIn(list, wanted) {
  let at = 0;
  for (const name of wanted) {
    const found = list.indexOf(name, at);
    if (found < 0) return name;
    at = found + 1;
  }
  return null;
}

export async function everySwitch(scene) {
  const window = await openContext(scene.browser, scene);
  const page = await openPage(window, scene);
  for (const users of ['own', 'third', 'external']) {
    for (const registration of registrations) for (const revision of revisions) await one(page, { revision, users, registration });
  }
  await window.finish('every switch');
}

async function one(page, switches) {
  const label = Object.values(switches).join(', ');
  await choose(page, switches);
  const shown = await playThrough(page);
  const trace = readTrace(shown.trace);
  const { outcomes, differ } = askAgain(trace);
  equal(`${label}: asked again, the core says the same`, differ, []);
  equal(`${label}: the trace says under which switches`, trace.switches, switches);
  const last = outcomes.findLast((_, at) => trace.evaluations[at].by === 'client').action;
  if (isRefused(switches)) {
    ok(`${label}: the client goes no further, and the page says why`, shown.state === 'stopped' && last.why === 'issuer_differs' && shown.end.includes(last.why) && shown.end.includes(last.sentence), shown.end);
    return;
  }
  ok(`${label}: played to the end`, shown.state === 'done' && last.action === 'open_browser' && shown.end.includes(last.action), shown.end);
  const names = requestNames(shown, trace);
  equal(`${label}: every kind of message`, missingIn(names, expected(switches)), null);
  equal(`${label}: each reply is the core's`, wrongReplies(shown, trace, outcomes), []);
}

// The page tells what a message is by its reply, too, so the names of those that were refused are made here.
function requestNames({ arrows }, { exchanges }) {
  return arrows.filter(({ part }) => part === 'request').map(({ text, exchange }) => {
    const { request, reply } = exchanges[exchange];
    if (request.target !== '/mcp') return text;
    return { 401: 'MCP request, refused', 403: 'MCP request, more scope needed' }[reply.status] ?? text;
  });
}

function wrongReplies({ arrows }, { exchanges }, outcomes) {
  return arrows.filter(({ part }) => part === 'reply').filter(({ exchange: id, text }) => {
    const exchange = exchanges[id];
    if (!exchange.core) return false;
    const { status, body } = answerOf(exchange, outcomes);
    return !text.startsWith(`${status} `) || body !== exchange.reply.body;
  }).map(({ exchange, text }) => `${exchange}: ${text}`);
}

/** Every arrow opened: the whole message, its parts, clauses and trace. */
export async function everyMessage(scene) {
  const window = await openContext(scene.browser, scene);
  const page = await openPage(window, scene);
  for (const switches of [{ users: 'own', registration: 'dynamic', revision: '2025-11-25' }, { users: 'third', registration: 'document', revision: '2026-07-28' }]) {
    await choose(page, switches);
    const shown = await playThrough(page);
    const trace = readTrace(shown.trace);
    const { outcomes } = askAgain(trace);
    const opened = await page.evaluate(async () => {
      const all = [];
      for (const arrow of document.querySelectorAll('button.arrow')) {
        document.getElementById('detail').replaceChildren();
        arrow.click();
        while (document.getElementById('detail').childElementCount === 0) await new Promise((done) => setTimeout(done));
        all.push({ exchange: Number(arrow.dataset.exchange), text: document.getElementById('detail').textContent, pres: [...document.querySelectorAll('#detail pre')].map((pre) => pre.textContent) });
      }
      return all;
    });
    const label = Object.values(switches).join(', ');
    equal(`${label}: as many as there are arrows`, opened.length, shown.arrows.length);
    equal(`${label}: each shows the whole request`, opened.filter(({ exchange, pres }) => !pres[0].startsWith(`${trace.exchanges[exchange].request.method} ${trace.exchanges[exchange].request.target} `)).length, 0);
    equal(`${label}: each shows what the core guards and writes`, opened.filter(({ exchange, text }) => trace.exchanges[exchange].evaluations.some((id) => {
      const { commit } = outcomes[id].answer ?? { commit: { expects: [], puts: [] } };
      return ![...commit.expects, ...commit.puts].every(({ key }) => text.includes(key));
    })).length, 0);
    equal(`${label}: each says what the audit says`, opened.filter(({ exchange, text }) => trace.exchanges[exchange].core && answerOf(trace.exchanges[exchange], outcomes).audit.some(({ outcome }) => !text.includes(outcome))).length, 0);
    ok(`${label}: the verifier is held against its challenge`, opened.some(({ text }) => text.includes('This is the challenge of the authorization request.')));
    ok(`${label}: the challenge of the 401 is taken apart`, opened.some(({ text }) => /WWW-Authenticate.*resource_metadata/s.test(text)));
    ok(`${label}: a sealed token says its kind`, opened.some(({ text }) => text.includes('pst_at_') && text.includes('XChaCha20-Poly1305')));
    if (switches.users === 'third') ok(`${label}: the ID token's claims are read`, opened.some(({ text }) => /id_token.*preferred_username/s.test(text)));
    equal(`${label}: every message of the core names a clause`, opened.filter(({ exchange, text }) => trace.exchanges[exchange].core && !text.startsWith('Account page') && !/(RFC|OAuth|MCP|OpenID)[\w. ]* (s\. \d|transports|authorization|security)/.test(text)).length, 0);
  }
  await window.finish('every message');
}
