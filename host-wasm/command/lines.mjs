// The lines of the log and of the audit, as host-native/log writes them.

import { closeSync, openSync, writeSync } from "node:fs";
import process from "node:process";

import { Wrong } from "./words.mjs";

const levels = ["debug", "info", "warning", "error", "off"];

/** For `log` of createPostern: lines on standard error. */
export function logTo(least, format) {
  const wanted = levels.slice(levels.indexOf(least), -1);
  const print = format === "json" ? jsonLine : textLine;
  return (level, what, fields = {}) => {
    if (wanted.includes(level)) process.stderr.write(print(level, what, Object.entries(fields).filter(([, value]) => value !== "")));
  };
}

const jsonLine = (level, event, fields) => `${JSON.stringify({ time: new Date().toISOString(), level, event, ...Object.fromEntries(fields) })}\n`;

const textLine = (level, event, fields) => `${[new Date().toISOString(), level, event, ...fields.map(([name, value]) => `${name}=${plainOr(value)}`)].join(" ")}\n`;

const plainOr = (value) => (typeof value === "number" || /^[!#-<>-[\]-~]+$/.test(value) ? value : JSON.stringify(value));

/**
 * {write(event), reopen()} for a file, or for standard output (`-`). What can't be written is told once, until it can again.
 * Errors: Wrong.
 */
export function auditTo(target, log) {
  let failing = false;
  const open = () => openSync(target, "a", 0o600);
  let descriptor;
  try {
    if (target !== "-") descriptor = open();
  } catch (error) {
    throw new Wrong(`--audit ${target}: ${error.message}`);
  }
  const failed = (error) => log("error", "audit.failed", { reason: error.message });
  const written = (error) => {
    if (error && !failing) failed(error);
    failing = Boolean(error);
  };
  return {
    write(event) {
      const line = `${JSON.stringify(event)}\n`;
      if (target === "-") return void process.stdout.write(line, written);
      try {
        writeSync(descriptor, line);
        written();
      } catch (error) {
        written(error);
      }
    },
    reopen() {
      if (target === "-") return;
      try {
        const fresh = open();
        closeSync(descriptor);
        descriptor = fresh;
      } catch (error) {
        failed(error);
      }
    },
  };
}
