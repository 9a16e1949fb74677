// Decisions of the core, told to the audit and to the log.

/** The log's level: what the author of a tool has to mend is an error, and all else is as it should be. */
export const levelOf = ({ outcome }) => (outcome === "tool_faulty" ? "error" : "info");

/** `id`: that of the request. Either of the two may be undefined. */
export function tellAudit(events, id, audit, log) {
  for (const event of events) {
    const { what, outcome, client, subject, detail } = event;
    audit?.({ time: new Date().toISOString(), request: id, what, outcome, client, subject, detail });
    log?.(levelOf(event), what, { id, outcome, client, subject, detail });
  }
}
