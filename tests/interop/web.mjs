// Plain HTTP with full control over every header, and a visitor: a person with a browser, reduced to what
// the pages need. It keeps cookies, follows redirects, fills in forms and presses buttons.
import http from 'node:http';
import net from 'node:net';

/**
 * One request on a connection of its own. `headers` may be an object or a flat list (which may repeat names).
 * The server is always reached at 127.0.0.1; the Host header is the URL's unless given.
 */
export function request(target, { method = 'GET', headers = {}, body, seconds = 10, onHead } = {}) {
  const url = new URL(target);
  const list = Array.isArray(headers) ? [...headers] : Object.entries(headers).flatMap(([name, value]) => [name, String(value)]);
  const named = new Set(list.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()));
  if (!named.has('host')) list.unshift('Host', url.host);
  const payload = body === undefined ? undefined : Buffer.from(body);
  if (payload && !named.has('content-length') && !named.has('transfer-encoding')) list.push('Content-Length', String(payload.length));
  return new Promise((done, fail) => {
    const begun = performance.now();
    const call = http.request({
      host: '127.0.0.1', port: url.port, path: url.pathname + url.search, method, headers: list, setHost: false, agent: false,
    });
    const timer = setTimeout(() => call.destroy(new Error(`no answer in ${seconds} s: ${method} ${url.pathname}`)), seconds * 1000);
    call.on('error', (error) => { clearTimeout(timer); fail(error); });
    call.on('response', (reply) => {
      onHead?.(reply, call);
      const chunks = [];
      reply.on('data', (chunk) => chunks.push(chunk));
      reply.on('error', (error) => { clearTimeout(timer); fail(error); });
      reply.on('end', () => {
        clearTimeout(timer);
        done(new Reply(reply, Buffer.concat(chunks).toString('utf8'), performance.now() - begun));
      });
    });
    call.end(payload);
  });
}

export class Reply {
  constructor(message, text, milliseconds) {
    this.status = message.statusCode;
    this.headers = message.headers;
    this.rawHeaders = message.rawHeaders;
    this.text = text;
    this.milliseconds = milliseconds;
  }
  get json() { try { return JSON.parse(this.text); } catch { return undefined; } }
  /** One line for the report of a failed check. */
  get brief() { return `HTTP ${this.status} ${JSON.stringify(this.headers)} ${this.text.slice(0, 300)}`; }
}

export function form(fields) {
  return new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== undefined)).toString();
}

export function postForm(url, fields, { headers = {}, ...rest } = {}) {
  const body = typeof fields === 'string' ? fields : form(fields);
  return request(url, { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers }, body, ...rest });
}

export function postJson(url, value, { headers = {}, ...rest } = {}) {
  const body = typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.stringify(value);
  return request(url, { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body, ...rest });
}

/** Sends bytes as they are and answers what came back until the server closed, was content, or time ran out. */
export function raw(port, bytes, { seconds = 5, enough = (text) => /^HTTP\/1\.\d \d{3}[\s\S]*?\r\n\r\n/.test(text) } = {}) {
  return new Promise((done) => {
    const socket = net.connect(port, '127.0.0.1');
    let text = '';
    let timedOut = false;
    const finish = () => { clearTimeout(timer); socket.destroy(); done({ text, timedOut, status: Number(text.match(/^HTTP\/1\.\d (\d{3})/)?.[1] ?? 0) }); };
    const timer = setTimeout(() => { timedOut = true; finish(); }, seconds * 1000);
    socket.on('data', (part) => { text += part.toString('latin1'); if (enough(text)) finish(); });
    socket.on('close', finish).on('error', finish);
    socket.write(bytes);
  });
}

// ---- pages ----------------------------------------------------------------------------------------

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

export function unescapeHtml(text) {
  return text.replace(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, name) => {
    if (name[0] !== '#') return entities[name] ?? whole;
    return String.fromCodePoint(/^#x/i.test(name) ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10));
  });
}

function attributes(tag) {
  const found = {};
  for (const [, name, quoted, single, bare] of tag.matchAll(/([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g)) {
    found[name.toLowerCase()] = unescapeHtml(quoted ?? single ?? bare ?? '');
  }
  return found;
}

/** The forms of a page: where they go, their hidden fields, their inputs and the values of their buttons. */
export function formsOf(html) {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(([, head, inner]) => {
    const inputs = [...inner.matchAll(/<(input|button)\b([^>]*)>/gi)].map(([, kind, tag]) => ({ kind: kind.toLowerCase(), ...attributes(tag) }));
    const { method = 'get', action = '' } = attributes(head);
    return {
      method: method.toLowerCase(), action, inputs,
      hidden: Object.fromEntries(inputs.filter((input) => input.type === 'hidden').map((input) => [input.name, input.value ?? ''])),
      has: (name) => inputs.some((input) => input.kind === 'input' && input.name === name),
      offers: (value) => inputs.some((input) => input.name === 'action' && input.value === value),
    };
  });
}

/** Text of the first element with role="alert", or undefined. */
export function alertOf(html) {
  const match = html.match(/<(\w+)[^>]*\brole="alert"[^>]*>([\s\S]*?)<\/\1>/i);
  return match && unescapeHtml(match[2].replace(/<[^>]*>/g, ' ')).trim();
}

/** A person at a browser. One visitor is one cookie jar. */
export class Visitor {
  constructor({ user, password }) {
    this.user = user;
    this.password = password;
    this.jar = new Map();
  }

  cookies() { return [...this.jar].map(([name, value]) => `${name}=${value}`).join('; '); }

  /** Fetches one page as a browser would; redirects are handed back, not followed. */
  async load(url, { method = 'GET', fields, site = method === 'POST' ? 'same-origin' : 'none', headers = {} } = {}) {
    const sent = {
      Accept: 'text/html,application/xhtml+xml', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document', 'Sec-Fetch-Site': site, ...headers,
    };
    if (this.jar.size) sent.Cookie = this.cookies();
    let body;
    if (method === 'POST') {
      sent['Content-Type'] = 'application/x-www-form-urlencoded';
      sent.Origin ??= 'null';                     // what a page with Referrer-Policy: no-referrer makes browsers send
      body = form(fields ?? {});
    }
    const reply = await request(url, { method, headers: sent, body });
    for (const line of reply.headers['set-cookie'] ?? []) {
      const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
      if (/max-age=0\b/i.test(line) || value === '') this.jar.delete(name); else this.jar.set(name, value);
    }
    return reply;
  }

  /** Presses the button `action` of the page's form, with `fields` filled in. */
  press(url, page, action, fields = {}) {
    const target = formsOf(page.text).find((candidate) => candidate.offers(action));
    if (!target) throw new Error(`no button "${action}" on the page: ${page.brief}`);
    return this.load(new URL(target.action || url, url), { method: 'POST', fields: { ...target.hidden, ...fields, action } });
  }

  /** Goes on from the authorize URL to the consent page, logging in if asked to, with a password of one's own where one has to be chosen. */
  async consentPage(authorizeUrl) {
    let url = String(authorizeUrl);
    let page = await this.load(url);
    for (let hop = 0; hop < 8; hop += 1) {
      if (page.status >= 300 && page.status < 400) {
        const next = new URL(page.headers.location, url);
        if (next.origin !== new URL(url).origin) return { url, page };
        url = next.href;
        page = await this.load(url, { site: 'same-origin' });
      } else if (formsOf(page.text).some((candidate) => candidate.offers('login'))) {
        if (alertOf(page.text)) throw new Error(`login refused: ${alertOf(page.text)}`);
        page = await this.press(url, page, 'login', { username: this.user, password: this.password });
      } else if (formsOf(page.text).some((candidate) => candidate.offers('choose'))) {
        if (alertOf(page.text)) throw new Error(`new password refused: ${alertOf(page.text)}`);
        this.password += ' of my own';
        page = await this.press(url, page, 'choose', { new_password: this.password, new_password_again: this.password });
      } else {
        return { url, page };
      }
    }
    throw new Error('the login does not come to an end');
  }

  /** The whole visit: login, consent, decision. Answers the URL at which the client would be called back. */
  async authorize(authorizeUrl, decision = 'allow') {
    const { url, page } = await this.consentPage(authorizeUrl);
    const reply = page.status >= 300 && page.status < 400 ? page : await this.press(url, page, decision);
    if (reply.status < 300 || reply.status >= 400) throw new Error(`no redirect after "${decision}": ${reply.brief}`);
    return new URL(reply.headers.location, url);
  }
}
