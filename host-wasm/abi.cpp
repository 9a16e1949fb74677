// The core behind a C edge: the only `extern "C"` of the project, and all that a WebAssembly host can call.
//
// Text goes in as (pointer, size) of UTF-8 JSON in memory from `postern_alloc`, and comes out as a pointer to a size (32
// bits, little-endian) with the JSON text behind it. The caller frees both with `postern_free`. Every export that gives
// text gives {"error":"<one line>"} for input that it can't read: nothing from outside ends the module. A trap means
// that memory ran out; the instance is not to be called again.
//
// Later exports for edge workers and the npm package belong here, and their JavaScript beside js/.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/flow/codec.hpp"
#include "core/oauth/users.hpp"
#include "core/server/evaluate.hpp"
#include "core/server/settings_json.hpp"
#include "core/wire/json.hpp"

#define POSTERN_EXPORT(name) extern "C" __attribute__((export_name(#name), used))

namespace postern::wasm {
namespace {

// A request's body is at most a megabyte, and may be base64 of escapes; records that were scanned come on top.
constexpr wire::JsonLimits limits{64 << 20, 64};

char* give(const Json& result) {
  const std::string text = wire::dump_json(result);
  const auto size = static_cast<std::uint32_t>(text.size());
  char* block = static_cast<char*>(std::malloc(sizeof size + text.size()));
  if (block == nullptr) __builtin_trap();
  std::memcpy(block, &size, sizeof size);
  std::memcpy(block + sizeof size, text.data(), text.size());
  return block;
}

char* refuse(std::string reason) { return give(Json{{"error", std::move(reason)}}); }

/// The deployments that are open, by handle - 1. Closed ones are null, and their places are taken again.
std::vector<std::shared_ptr<const Deployment>>& deployments() {
  static std::vector<std::shared_ptr<const Deployment>> all;
  return all;
}

std::shared_ptr<const Deployment> find(std::uint32_t handle) {
  return handle - 1 < deployments().size() ? deployments()[handle - 1] : nullptr;
}

std::uint32_t keep(std::shared_ptr<const Deployment> deployment) {
  auto& all = deployments();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i] != nullptr) continue;
    all[i] = std::move(deployment);
    return static_cast<std::uint32_t>(i + 1);
  }
  all.push_back(std::move(deployment));
  return static_cast<std::uint32_t>(all.size());
}

const Json& part(const Json& input, std::string_view name) {
  static const Json nothing;
  const Json* found = wire::member(input, name);
  return found == nullptr ? nothing : *found;
}

}  // namespace

/// Null when there is no memory.
POSTERN_EXPORT(postern_alloc) char* postern_alloc(std::uint32_t size) { return static_cast<char*>(std::malloc(size)); }

POSTERN_EXPORT(postern_free) void postern_free(char* block) { std::free(block); }

/// Settings (core/server/settings_json.hpp) -> {"handle":1}
POSTERN_EXPORT(postern_open) char* postern_open(const char* text, std::uint32_t size) {
  const auto input = wire::parse_json({text, size}, limits);
  if (!input) return refuse(input.error().what);
  auto settings = read_settings(*input);
  if (!settings) return refuse(settings.error());
  auto deployment = Deployment::build(std::move(settings).value());
  if (!deployment) return refuse(deployment.error());
  return give(Json{{"handle", keep(std::move(deployment).value())}});
}

POSTERN_EXPORT(postern_close) void postern_close(std::uint32_t handle) {
  if (find(handle) != nullptr) deployments()[handle - 1] = nullptr;
}

/// {"request","facts"} -> outcome (core/flow/codec.hpp)
POSTERN_EXPORT(postern_evaluate)
char* postern_evaluate(std::uint32_t handle, const char* text, std::uint32_t size) {
  const auto deployment = find(handle);
  if (deployment == nullptr) return refuse("no deployment is open under this handle");
  const auto input = wire::parse_json({text, size}, limits);
  if (!input) return refuse(input.error().what);
  const auto request = codec::read_request(part(*input, "request"));
  if (!request) return refuse(request.error().what);
  const auto facts = codec::read_facts(part(*input, "facts"));
  if (!facts) return refuse(facts.error().what);
  return give(codec::print(evaluate(*deployment, *request, *facts)));
}

/// {"stream","topic"} -> {"bytes":"...","close":false}
POSTERN_EXPORT(postern_tell) char* postern_tell(const char* text, std::uint32_t size) {
  const auto input = wire::parse_json({text, size}, limits);
  if (!input) return refuse(input.error().what);
  const auto stream = codec::read_stream(part(*input, "stream"));
  if (!stream) return refuse(stream.error().what);
  const auto topic = codec::read_topic(part(*input, "topic"));
  if (!topic) return refuse(topic.error().what);
  const StreamStep step = tell(*stream, *topic);
  return give(Json{{"bytes", step.bytes}, {"close", step.close}});
}

/// {"stream","facts"} -> {"needs":[..]}, {"stream":..} or {"close":true}
POSTERN_EXPORT(postern_check)
char* postern_check(std::uint32_t handle, const char* text, std::uint32_t size) {
  const auto deployment = find(handle);
  if (deployment == nullptr) return refuse("no deployment is open under this handle");
  const auto input = wire::parse_json({text, size}, limits);
  if (!input) return refuse(input.error().what);
  const auto stream = codec::read_stream(part(*input, "stream"));
  if (!stream) return refuse(stream.error().what);
  const auto facts = codec::read_facts(part(*input, "facts"));
  if (!facts) return refuse(facts.error().what);
  const StreamCheck checked = check(*deployment, *stream, *facts);
  if (const auto* needs = std::get_if<Needs>(&checked.step)) return give(Json{{"needs", codec::print(*needs)}});
  if (const auto* goes_on = std::get_if<Stream>(&checked.step)) return give(Json{{"stream", codec::print(*goes_on)}});
  return give(Json{{"close", true}});
}

/// {"name","password","facts"} -> outcome of core/oauth/users.hpp's add_user
POSTERN_EXPORT(postern_add_user) char* postern_add_user(const char* text, std::uint32_t size) {
  const auto input = wire::parse_json({text, size}, limits);
  if (!input) return refuse(input.error().what);
  const std::string* name = wire::string_member(*input, "name");
  const std::string* password = wire::string_member(*input, "password");
  if (name == nullptr || password == nullptr) return refuse("expected name and password as strings");
  const auto facts = codec::read_facts(part(*input, "facts"));
  if (!facts) return refuse(facts.error().what);
  return give(codec::print(oauth::add_user(*name, Secret(*password), *facts)));
}

}  // namespace postern::wasm
