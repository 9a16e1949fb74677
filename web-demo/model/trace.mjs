// A trace file: everything that was asked and said in one play, so that anybody can ask the core again.
//
//   {"format":"postern-trace","version":1,"switches":{..},"deployments":{<origin>:<settings>},"evaluations":[..],
//    "exchanges":[..],"acts":[..]}
//
// Bytes are {"base64":".."}. It holds keys, codes and tokens of the play, which open nothing anywhere else.

import { Client } from "../postern/client.mjs";
import { Deployment } from "../postern/module.mjs";
import { fromBase64, toBase64 } from "../postern/text.mjs";

const format = "postern-trace";

export const print = (value) => JSON.stringify(value, (_, one) => (one instanceof Uint8Array ? { base64: toBase64(one) } : one));

const isBytes = (value) => value !== null && typeof value === "object" && typeof value.base64 === "string" && Object.keys(value).length === 1;

export function traceOf({ recorder, switches }, acts) {
  const { deployments, evaluations, exchanges } = recorder;
  return print({ format, version: 1, switches, deployments, evaluations, exchanges, acts });
}

/** Throws, in one line, what is wrong with the file. */
export function readTrace(text) {
  let trace;
  try {
    trace = JSON.parse(text, (_, value) => (isBytes(value) ? fromBase64(value.base64) : value));
  } catch {
    throw new TypeError("This is no JSON.");
  }
  const whole = trace?.format === format && trace.version === 1 && Array.isArray(trace.evaluations) && Array.isArray(trace.exchanges)
    && Array.isArray(trace.acts) && typeof trace.deployments === "object" && trace.deployments !== null;
  if (!whole) throw new TypeError("This is no trace of this page.");
  return trace;
}

/**
 * Asks the core everything again: {same, differ: [{id, by, expected, received}]}. The outcomes are compared as text, byte
 * by byte; and each reply that the file shows with the one that its last evaluation gave.
 */
export function verify(module, trace) {
  const deployments = new Map(Object.entries(trace.deployments).map(([origin, settings]) => [origin, new Deployment(module, settings)]));
  const client = new Client(module);
  const differ = [];
  for (const { id, by, input, output } of trace.evaluations) {
    const expected = print(output);
    const received = answered(() => print(by === "client"
      ? client.advance(input.config, input.state, input.event, input.facts)
      : deployments.get(by).evaluate(input.request, input.facts)));
    if (received !== expected) differ.push({ id, by, expected, received });
  }
  for (const exchange of trace.exchanges) {
    const shown = shownReply(exchange, trace.evaluations);
    if (shown !== null && shown !== print(exchange.reply)) differ.push({ id: exchange.id, by: "message", expected: print(exchange.reply), received: shown });
  }
  return { same: trace.evaluations.length - differ.filter(({ by }) => by !== "message").length, differ };
}

function answered(ask) {
  try {
    return ask();
  } catch (error) {
    return String(error.message);
  }
}

/** The reply that the evaluations of an exchange gave, as text; null where the core answered nothing, or an attack changed it. */
function shownReply({ core, evaluations, changes, reply }, all) {
  if (!core || evaluations.length === 0 || reply === null || changes.some(({ part }) => part === "reply")) return null;
  const { answer, events, event_headers: headers } = all[evaluations.at(-1)].output;
  if (answer === null) return null;
  if (events.length > 0) return print({ status: 200, headers, body: events.join("") + answer.reply.body });
  return print({ status: answer.reply.status, headers: answer.reply.headers, body: answer.reply.body });
}
