// The log of a program that gives none: what its author has to see, on the console.

export function logToConsole(level, what, fields) {
  if (level !== "error" && level !== "warning") return;
  const more = Object.entries(fields ?? {}).filter(([, value]) => value !== "").map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
  console.error(`postern: ${level} ${what}${more.join("")}`);
}
