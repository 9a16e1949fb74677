// The same fixture for the WebAssembly hosts: without authorization, like the native program.
#include "host-wasm/catalogue.hpp"
#include "tests/conformance/fixture.hpp"

namespace postern::wasm {

std::optional<std::string> supply(Settings& settings) {
  settings.catalog = {};
  settings.catalog.server_name = "postern-conformance-server";
  settings.catalog.server_version = "1.0.0";
  settings.scopes.clear();
  settings.default_scopes = {};
  settings.serve_mcp_without_authorization = true;
  for (mcp::Tool& tool : conformance::tools()) {
    if (auto problem = settings.catalog.add(std::move(tool))) return problem;
  }
  for (mcp::Prompt& prompt : conformance::prompts()) {
    if (auto problem = settings.catalog.add(std::move(prompt))) return problem;
  }
  return settings.catalog.add(conformance::resources());
}

}  // namespace postern::wasm
