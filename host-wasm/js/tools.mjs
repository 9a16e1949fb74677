// Tools written in JavaScript: declared to the core, which lists them, checks scopes and arguments, and asks for a run.

import { told } from "./options.mjs";
import { contextOf } from "./upstream.mjs";

/** What the core's settings have to know of the tools: core/server/settings_json.hpp, "tools". */
export function declarations(tools) {
  return tools.map((tool) => {
    const declared = { name: tool.name };
    const set = (name, value) => value !== undefined && (declared[name] = value);
    set("title", tool.title);
    set("description", tool.description);
    set("input_schema", tool.inputSchema);
    set("output_schema", tool.outputSchema);
    set("annotations", tool.annotations);
    set("scopes", tool.scopes?.join(" "));
    set("required_capabilities", tool.requiredCapabilities);
    return declared;
  });
}

/** By name: what the driver looks up. That names differ, the core sees to. */
export const functions = (tools) => Object.fromEntries(tools.map(({ name, run }) => [name, run]));

/**
 * Runs the tool and gives its result as JSON text. A function answers a text, or a result as MCP shapes it (`content`,
 * `structuredContent`, `isError`) with `topics` beside it. What goes wrong inside is for the operator's eyes: its text may
 * hold anything. So is what is no result: the client is told that the tool failed, and the log what its author has to mend.
 * `request`: {topics}, and what upstream.mjs wants of it.
 */
export async function runTool(need, world, request) {
  try {
    if (!Object.hasOwn(world.tools ?? {}, need.name)) throw new Error("no such tool in this host");
    const given = await world.tools[need.name](JSON.parse(need.arguments), contextOf(need.principal, world, request));
    const { topics: news, ...result } = shaped(given);
    const text = textOf(result);
    request.topics.push(...news);
    return text;
  } catch (error) {
    world.log?.("error", "tool.failed", { tool: need.name, reason: String(error?.message ?? error) });
    return JSON.stringify({ content: [{ type: "text", text: "The tool failed." }], isError: true });
  }
}

export const wholeTopic = (topic) => ({ subject: "", name: "", frames: "", ...topic });

const members = ["content", "structuredContent", "isError", "topics", "_meta"];
const kinds = ["tools_changed", "prompts_changed", "resources_changed", "resource_updated"];

// Of a content block: the texts that have to be in it, by its type. MCP 2026-07-28, ContentBlock.
const blocks = { text: ["text"], image: ["data", "mimeType"], audio: ["data", "mimeType"], resource_link: ["uri", "name"], resource: [] };

function shaped(given) {
  if (typeof given === "string") return { content: [{ type: "text", text: given }], topics: [] };
  if (!isObject(given)) throw noResult(told(given));
  const { content, structuredContent, isError, topics = [] } = given;
  const stranger = Object.keys(given).find((name) => !members.includes(name));
  if (stranger !== undefined) throw noResult(`an object with ${stranger}`);
  if (content === undefined && structuredContent === undefined) throw noResult("an object without content and structuredContent");
  if (structuredContent !== undefined && !isObject(structuredContent)) throw noResult(`structuredContent that is ${told(structuredContent)}`);
  if (content !== undefined && !Array.isArray(content)) throw noResult(`content that is ${told(content)}`);
  const wrong = content?.findIndex((block) => !isBlock(block)) ?? -1;
  if (wrong >= 0) throw noResult(`content[${wrong}] that is no content block`);
  if (isError !== undefined && typeof isError !== "boolean") throw noResult(`isError that is ${told(isError)}`);
  if (!Array.isArray(topics) || !topics.every((topic) => kinds.includes(topic?.kind))) throw noResult(`topics of another kind than ${kinds.join(", ")}`);
  const result = { content: content ?? [{ type: "text", text: JSON.stringify(structuredContent) }], topics: topics.map(wholeTopic) };
  if (structuredContent !== undefined) result.structuredContent = structuredContent;
  if (isError === true) result.isError = true;
  return result;
}

const noResult = (got) =>
  new TypeError(`run has to give a text, or {content: [{type: "text", text}, ..]} or {structuredContent: {..}}, with isError and topics where they are wanted; it gave ${got}`);

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

function isBlock(block) {
  if (!isObject(block) || !Object.hasOwn(blocks, block.type)) return false;
  if (block.type === "resource" && typeof block.resource?.uri !== "string") return false;
  return blocks[block.type].every((name) => typeof block[name] === "string");
}

// Half a surrogate pair is no text in JSON that others read: RFC 8259 s. 8.2.
function textOf(result) {
  const text = JSON.stringify(result);
  if (!/\\ud[89a-f]/.test(text)) return text;
  return JSON.stringify(result, (_, value) => (typeof value === "string" ? value.toWellFormed() : value));
}
