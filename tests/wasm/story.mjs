// One person's story with the server, out of the chapters' parts: for hosts other than the one that is recorded.
export * from "./stories/speak.mjs";
export { allows, denies } from "./stories/authorize.mjs";
export { discovers, isTurnedAway } from "./stories/discovery.mjs";
export { callsTools } from "./stories/mcp.mjs";
export { registers } from "./stories/registration.mjs";
export { isReplayed, redeems, refreshes } from "./stories/tokens.mjs";
