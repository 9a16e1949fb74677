// What a program with types has from other packages, and hands on. It is compiled, never run.
import type { CallToolResult, Tool as SdkTool } from "@modelcontextprotocol/sdk/types.js";
import type { Tool } from "postern";
import { toJSONSchema, z } from "zod";

const who = z.object({ who: z.string().max(100) });
declare const forwarded: SdkTool;
declare function call(name: string): Promise<CallToolResult>;

export const greet: Tool<z.infer<typeof who>> = { name: "greet", inputSchema: toJSONSchema(who), outputSchema: toJSONSchema(who), run: ({ who: name }) => `Hello ${name}` };
export const remote: Tool = {
  name: "remote",
  inputSchema: forwarded.inputSchema,
  outputSchema: forwarded.outputSchema,
  annotations: forwarded.annotations,
  run: async () => {
    const { content, structuredContent, isError } = await call("remote");
    return { content, structuredContent, isError };
  },
};
export const whole: Tool = { name: "whole", run: () => call("whole") };
