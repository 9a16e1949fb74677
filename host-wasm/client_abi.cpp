// The client's half of the core behind the C edge (abi.cpp): stateless, nothing has to be opened. The export's JSON is
// documented in core/client/codec.hpp.
#include "core/client/codec.hpp"
#include "core/flow/codec.hpp"
#include "core/wire/json.hpp"
#include "host-wasm/edge.hpp"

namespace postern::wasm {
namespace {

constexpr wire::JsonLimits limits{4 << 20, 64};

const Json& part(const Json& input, std::string_view name) {
  static const Json nothing;
  const Json* found = wire::member(input, name);
  return found == nullptr ? nothing : *found;
}

edge::Text step(std::string_view text) {
  const auto input = wire::parse_json(text, limits);
  if (!input) return edge::Unread{input.error().what};
  const auto config = client::read_config(part(*input, "config"));
  if (!config) return edge::Unread{config.error().what};
  const auto state = client::read_state(part(*input, "state"));
  if (!state) return edge::Unread{state.error().what};
  const auto event = client::read_event(part(*input, "event"));
  if (!event) return edge::Unread{event.error().what};
  const auto facts = codec::read_facts(part(*input, "facts"));
  if (!facts) return edge::Unread{facts.error().what};
  return wire::dump_json(client::print(client::advance(*config, *state, *event, *facts)));
}

}  // namespace

/// JSON text {"config","state","event","facts"} -> JSON text of the step.
extern "C" __attribute__((export_name("postern_client"), used)) const char* postern_client(std::uint32_t size) {
  return edge::with_text(size, step);
}

}  // namespace postern::wasm
