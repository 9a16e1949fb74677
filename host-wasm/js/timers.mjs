// Timers that are no reason for a process to stay: Node's have a method for that, Deno a function, the others no need.

export function unreferenced(timer) {
  if (typeof timer === "number") globalThis.Deno?.unrefTimer?.(timer);
  else timer.unref?.();
  return timer;
}
