// The folder of --data: whether it will do, that it is there, and whose it is. host-native/system: files.cpp and owner.cpp.

import { accessSync, constants, existsSync, statSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { getSystemErrorMap } from "node:util";

import { makeFolder } from "../js/data_files.mjs";
import { Wrong } from "./words.mjs";

/** It is there, or can be made. Changes nothing. Errors: Wrong. */
export function checkFolder(told) {
  const folder = path.resolve(told);
  let there = folder;
  while (!existsSync(there) && there !== path.dirname(there)) there = path.dirname(there);
  if (!statSync(there).isDirectory()) throw new Wrong(there === folder ? `${told}: expected a folder, and it is a file` : `${told}: can't be made: ${there} is a file`);
  try {
    accessSync(there, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const reason = reasonOf(error);
    throw new Wrong(there === folder ? `${told}: ${reason}; expected a folder that this user may read and write` : `${told}: can't be made in ${there}: ${reason}`);
  }
}

/** It is there. Errors: Wrong. */
export function prepareFolder(told) {
  try {
    makeFolder(path.resolve(told));
  } catch (error) {
    throw new Wrong(`${told}: can't be made: ${reasonOf(error)}`);
  }
  checkFolder(told);
}

/**
 * Files that root makes in the data folder of a service would be root's, and end the service: root goes on as the folder's owner,
 * for good. For everybody else, and where there is no such folder yet, nothing. Errors: Wrong.
 */
export function goOnAsOwnerOf(told) {
  if (process.geteuid?.() !== 0 || !existsSync(told)) return;
  const { uid, gid } = statSync(told);
  if (uid === 0) return;
  try {
    process.setgroups([gid]);
    process.setgid(gid);
    process.setuid(uid);
  } catch (error) {
    throw new Wrong(`${told}: it belongs to user ${uid}, and root can't go on as that one: ${reasonOf(error)}`);
  }
}

/** As strerror has it, of what node:fs throws. */
function reasonOf({ code, errno, message }) {
  if (code === "EEXIST") return "File exists";
  const [, words = message] = getSystemErrorMap().get(errno) ?? [];
  const reason = words.charAt(0).toUpperCase() + words.slice(1);
  return code === "EACCES" || code === "EPERM" ? `${reason} for user ${process.geteuid?.()}` : reason;
}
