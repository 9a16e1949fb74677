// The client's half of the core behind the C edge (abi.cpp): stateless, nothing has to be opened. The export's JSON is
// documented in core/client/codec.hpp.
#include "core/client/codec.hpp"
#include "core/flow/codec.hpp"
#include "host-wasm/edge.hpp"

namespace postern::wasm {

/// {"config","state","event","facts"} -> step, or {"error":"<one line>"}
extern "C" __attribute__((export_name("postern_client"), used)) char* postern_client(const char* text,
                                                                                     std::uint32_t size) {
  const auto input = wire::parse_json({text, size}, edge::limits);
  if (!input) return edge::refuse(input.error().what);
  const auto config = client::read_config(edge::part(*input, "config"));
  if (!config) return edge::refuse(config.error().what);
  const auto state = client::read_state(edge::part(*input, "state"));
  if (!state) return edge::refuse(state.error().what);
  const auto event = client::read_event(edge::part(*input, "event"));
  if (!event) return edge::refuse(event.error().what);
  const auto facts = codec::read_facts(edge::part(*input, "facts"));
  if (!facts) return edge::refuse(facts.error().what);
  return edge::give(client::print(client::advance(*config, *state, *event, *facts)));
}

}  // namespace postern::wasm
