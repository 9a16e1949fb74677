// The methods that every era has. An era reads a call out of its request, and renders what comes back.
#pragma once

#include <string>
#include <string_view>

#include "core/mcp/call.hpp"

namespace postern::mcp {

/// Runs the method. What it needs is noted in `ask`; then nothing has come of the call yet. An unknown method, or one of
/// a kind of thing that the catalogue has none of, is method_not_found.
Done dispatch(const Context& context, const Call& call, Ask& ask);

/// The server's capabilities, exactly what is offered: JSON text of an object. Methods that `dispatch` and the eras do
/// not have are not in it.
std::string capabilities_text(const Catalog& catalog);

/// `Implementation` of the server: JSON text of an object. `with_title`: from 2025-06-18 on.
std::string server_info_text(const Catalog& catalog, bool with_title);

RpcError method_not_found(std::string_view method);
RpcError invalid_params(std::string message);

/// A name from outside, fit for an error message: cut, on one line.
std::string shown(std::string_view hostile);

// One file each. Parameters as the specification names them.
Done call_tool(const Context& context, const Call& call, Ask& ask);
Done list_prompts(const Context& context, const Call& call, Ask& ask);
Done get_prompt(const Context& context, const Call& call, Ask& ask);
Done list_resources(const Context& context, const Call& call, Ask& ask);
Done list_resource_templates(const Context& context, const Call& call, Ask& ask);
Done read_resource(const Context& context, const Call& call, Ask& ask);

}  // namespace postern::mcp
