// What can't hold on a host, with the reason: the one place where a test of the main job is not held to its word there.
// `instead` is what has to be seen in its place. An exception whose test holds after all is a failure.

const workerd = {
  'origin "" is refused with 403': {
    reason: 'workerd takes an Origin field without a value away before any worker sees it; no browser sends one',
    instead: (actual) => actual === 200,
  },
  'methods: no pair of method and path gives 5xx, hangs or is dropped': {
    reason: 'workerd itself answers 501 to a method that it does not know, before any worker sees it (RFC 9110 section 9.1 allows it)',
    instead: (actual) => actual.length > 0 && actual.every((pair) => /^BREW \S+: 501$/.test(pair)),
  },
};

const deno = {
  'no Host field gives 400 (RFC 9112 section 3.2)': {
    reason: 'Deno puts its own address in place of a Host field that is missing, and does not tell; what the core prints comes from no Host',
    instead: (actual) => actual === 200,
  },
  'limits: 2000 header fields gives 431': {
    reason: 'Deno itself refuses so many, by 400',
    instead: (actual) => /^HTTP 400, timed out: false/.test(actual),
  },
};

/** Tests of the main job that are not run there at all. */
export const notRun = {
  workerd: {
    'github, oidc, canary, cimd, external': 'the servers that they play are at loopback, which workerd reaches only when its configuration is changed; they are configured by TOML, which is the native command line’s. What they test is the core, and its Fetch is held by tests/wasm/egress.test.mjs and tests/edge/edge.mjs',
    account: 'half of it is the native command line (grants, clients, --audit FILE, SIGHUP); the page itself is the core’s',
  },
};

/** The exception for this check on this host, if there is one. */
export const exceptionOf = (host, name) => ({ workerd, deno })[host]?.[name];
