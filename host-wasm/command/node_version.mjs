// What this program needs of Node.

const oldestInMemory = 20; // before, `crypto` is not there

/** Why it can't run, in one line, or undefined. `version`: process.versions.node. */
export function faultOfNode(version, { sqlite, inMemory }) {
  const isOld = Number.parseInt(version, 10) < oldestInMemory;
  if (isOld) return `Node ${version} is too old; expected Node 22.13 or newer`;
  if (sqlite || inMemory) return undefined;
  return `Node ${version} has no SQLite; expected Node 22.13 or newer, or --store memory, which forgets everything at the end`;
}
