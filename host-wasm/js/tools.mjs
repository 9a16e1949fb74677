// Tools written in JavaScript: declared to the core, which lists them, checks scopes and arguments, and asks for a run.

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

/** By name: what the driver looks up. Throws where a tool has no function; that names differ, the core sees to. */
export function functions(tools) {
  const all = {};
  for (const { name, run } of tools) {
    if (typeof run !== "function") throw new TypeError(`tool '${name}': expected a function, run(args, principal)`);
    all[name] = run;
  }
  return all;
}

/**
 * Runs the tool and gives its result as JSON text. A function answers a text, or a result as MCP shapes it (`content`,
 * `structuredContent`, `isError`) with `topics` beside it. What goes wrong inside is for the operator's eyes: its text may
 * hold anything.
 */
export async function runTool(need, world, topics) {
  try {
    if (!Object.hasOwn(world.tools ?? {}, need.name)) throw new Error("no such tool in this host");
    const given = await world.tools[need.name](JSON.parse(need.arguments), need.principal);
    const result = typeof given === "string" ? { content: [{ type: "text", text: given }] } : given;
    for (const topic of result.topics ?? []) topics.push(wholeTopic(topic));
    return JSON.stringify(shaped(result));
  } catch (error) {
    world.log?.("error", "tool.failed", { tool: need.name, reason: String(error?.message ?? error) });
    return JSON.stringify({ content: [{ type: "text", text: "The tool failed." }], isError: true });
  }
}

export const wholeTopic = (topic) => ({ subject: "", name: "", frames: "", ...topic });

function shaped({ content, structuredContent, isError }) {
  const result = { content: content ?? [{ type: "text", text: JSON.stringify(structuredContent) }] };
  if (structuredContent !== undefined) result.structuredContent = structuredContent;
  if (isError === true) result.isError = true;
  return result;
}
