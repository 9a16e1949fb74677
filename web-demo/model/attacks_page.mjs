// The user's browser, and the pages in it.

import { callbackUrl } from "./client.mjs";
import { readPage, submission, suggestion } from "./forms.mjs";
import { changed, differences } from "./differences.mjs";
import { person } from "./world.mjs";

/** Walks to the consent page and stops there: {exchange, decided} with what a press of Allow would send. */
async function atConsent(browser, url) {
  const isConsent = ({ reply }) => reply.body.includes('value="allow"');
  const { exchange } = await browser.visit(url, { until: callbackUrl, stop: isConsent });
  const { button, filled } = suggestion(readPage(exchange.reply.body), person);
  const { action, fields } = submission(button, filled);
  return { exchange, form: { url: new URL(action, exchange.origin).href, fields } };
}

/** A form goes from the user's browser, changed; `original`: as her own page would send it. */
async function submits(lab, browser, form, original, { headers = {}, fields = form.fields } = {}) {
  const flat = ({ method, url, headers: list, body }) => ({ method, target: url.slice(new URL(url).origin.length), headers: list, body });
  const sent = changed(flat(browser.request("POST", form.url, fields)), { headers });
  const changes = differences(flat(original), sent).map((one) => ({ ...one, part: "request" }));
  return lab.verdict(await browser.go("POST", form.url, fields, { changes }, headers));
}

export const attacksOnPages = [
  {
    id: "confused-deputy",
    title: "Confused deputy",
    story: "The attacker begins a flow in a browser of his own, and lets the user, who is logged in, finish it: the consent would be his, the account hers.",
    async run(lab) {
      const { browser, switches } = lab.world;
      const { url } = await lab.challenged();
      const attacker = lab.otherBrowser();
      if (switches.users === "third") return finishesAtProvider(lab, attacker, url);
      const own = await atConsent(browser, url);
      const foreign = await atConsent(attacker, url);
      return submits(lab, browser, foreign.form, browser.request("POST", own.form.url, own.form.fields));
    },
  },
  {
    id: "consent-cross-site",
    title: "Consent by another site",
    story: "A page of the attacker sends the consent form from the user's own browser.",
    async run(lab) {
      const { browser } = lab.world;
      const { url } = await lab.challenged();
      const { form } = await atConsent(browser, url);
      const original = browser.request("POST", form.url, form.fields);
      return submits(lab, browser, form, original, { headers: { Origin: "https://attacker.example", "Sec-Fetch-Site": "cross-site" } });
    },
  },
  {
    id: "consent-tampered",
    title: "A consent form that was changed",
    story: "The sealed request inside the form is altered, to ask for more than the page showed.",
    async run(lab) {
      const { browser } = lab.world;
      const { url } = await lab.challenged();
      const { form } = await atConsent(browser, url);
      const original = browser.request("POST", form.url, form.fields);
      const fields = form.fields.map(([name, value]) => [name, name === "flow" ? value.slice(0, 60) + (value[60] === "A" ? "B" : "A") + value.slice(61) : value]);
      return submits(lab, browser, form, original, { fields });
    },
  },
];

/** The attacker consents, and gives the user the address that his browser would come back to. */
async function finishesAtProvider(lab, attacker, url) {
  const callback = `${lab.world.server.origin}/example/callback`;
  const { callback: back } = await visitUntil(attacker, url, callback);
  const exchange = await lab.world.browser.go("GET", back, undefined, { changes: [{ part: "request", what: "browser", was: "the attacker's", is: "the user's" }] });
  return lab.verdict(exchange);
}

/** Up to the redirect to that address, which the browser does not follow. */
async function visitUntil(browser, url, until) {
  let found;
  await browser.visit(url, { stop: ({ reply }) => {
    const location = reply.headers.find(([name]) => name === "Location")?.[1] ?? "";
    if (location.startsWith(until)) found = location;
    return found !== undefined;
  } });
  return { callback: found };
}
