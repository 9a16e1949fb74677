// What became of an attack, by what the core said and nothing else.

import { clauseOfRefusal } from "./clauses.mjs";
import { header } from "./browser.mjs";

/**
 * Of a request that an attacker sent: {refused, status, error, reason, what, detail, clause, by}. `reason` is the exact one
 * of the audit; where the core refuses before anything that is audited, there is none.
 */
export function judgeExchange(exchange, recorder) {
  const { reply } = exchange;
  const event = auditOf(exchange, recorder).findLast(({ outcome }) => !outcome.startsWith("ok"));
  const { error, description } = wireError(reply);
  const refused = reply !== null && (reply.status >= 400 || (reply.status >= 300 && error !== ""));
  return {
    refused, by: exchange.to, status: reply?.status ?? 0, error, reason: event?.outcome ?? "", what: event?.what ?? "",
    detail: event?.detail || description, clause: refused ? clauseOfRefusal(event?.outcome, exchange) : "",
  };
}

/** Of something that the client was made to read. */
export function judgeAction(action) {
  const failed = action.action === "failed";
  return {
    refused: failed, by: "client", status: null, error: "", reason: failed ? action.why : action.action, what: "client",
    detail: failed ? action.detail : "", sentence: action.sentence ?? "", clause: failed ? action.clause : "",
  };
}

export const auditOf = ({ evaluations }, recorder) =>
  evaluations.flatMap((id) => recorder.evaluations[id].output.answer?.audit ?? []);

/** The error as it stands on the wire: in JSON, in a challenge, in a redirect, or in the page's own words. */
export function wireError(reply) {
  if (reply === null) return { error: "", description: "" };
  const challenge = header(reply, "WWW-Authenticate");
  const named = /\berror="([^"]*)"/.exec(challenge ?? "")?.[1];
  if (named !== undefined) return { error: named, description: /error_description="([^"]*)"/.exec(challenge)?.[1] ?? "" };
  const location = header(reply, "Location");
  if (location !== undefined && URL.canParse(location)) {
    const query = new URL(location).searchParams;
    return { error: query.get("error") ?? "", description: query.get("error_description") ?? "" };
  }
  try {
    const { error, error_description: description } = JSON.parse(reply.body);
    if (typeof error === "string") return { error, description: description ?? "" };
    return { error: error === undefined ? "" : `JSON-RPC ${error.code}`, description: error?.message ?? "" };
  } catch {
    return { error: "", description: /role="alert"[^>]*>([^<]*)|<h1>[^<]*<\/h1><p>([^<]*)/.exec(reply.body)?.slice(1).find(Boolean) ?? "" };
  }
}
