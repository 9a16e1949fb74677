// The attack table. Each attack takes a message as it was really made, changes it, and shows what the core says. None says
// itself what will come of it: what the core does not refuse is shown as not refused.

import { Lab } from "./lab.mjs";
import { attacksOnClients } from "./attacks_client.mjs";
import { attacksOnCodes } from "./attacks_code.mjs";
import { attacksByDocument } from "./attacks_document.mjs";
import { attacksOnPages } from "./attacks_page.mjs";
import { attacksOnTokens } from "./attacks_token.mjs";

/** {id, title, story, needs?: switches that it has to have, run(lab) -> {refused, changes, exchanges, status, error, reason, detail, clause}}. */
export const attacks = [...attacksOnCodes, ...attacksOnTokens, ...attacksOnPages, ...attacksByDocument, ...attacksOnClients];

/** Runs one in a world of its own. Throws NotReached where the client stops before. */
export async function tryAttack(module, switches, attack) {
  const lab = await Lab.open(module, { ...switches, ...attack.needs });
  const result = await attack.run(lab);
  return { ...result, world: lab.world };
}
