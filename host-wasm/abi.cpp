// The core behind a C edge: the only `extern "C"` of the project, and all that a WebAssembly host can call.
//
// A call's input lies in the buffer that `postern_input` gives; its size is an argument. What comes out lies behind the
// pointer that is returned, until the next call:
//
//   u32 size of what follows | u32 kind: 0 an answer, 1 a refusal | u32 size of the structure | structure | texts
//
// An answer's layout is told by `postern_layout` (host-wasm/crossing.hpp); a refusal is one line of text in place of it:
// input that can't be read is refused, and nothing from outside ends the module. A trap means that memory ran out; the
// instance is not to be called again. Settings and the layout are JSON: they cross once.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/flow/egress.hpp"
#include "core/oauth/users.hpp"
#include "core/server/evaluate.hpp"
#include "core/server/settings_json.hpp"
#include "core/wire/json.hpp"
#include "core/wire/sse.hpp"
#include "host-wasm/catalogue.hpp"
#include "host-wasm/crossing.hpp"
#include "host-wasm/edge.hpp"

#define POSTERN_EXPORT(name) extern "C" __attribute__((export_name(#name), used))

namespace postern::wasm {
namespace {

constexpr wire::JsonLimits limits{4 << 20, 64};

/// What the two buffers keep between calls. Most calls need a few KiB; one that needed more gives it back.
constexpr std::size_t kept = 256 << 10;

struct Buffer {
  char* bytes = nullptr;
  std::size_t size = 0;

  bool grow(std::size_t wanted) {
    if (wanted <= size) return true;
    std::free(bytes);
    bytes = static_cast<char*>(std::malloc(wanted));
    size = bytes == nullptr ? 0 : wanted;
    return bytes != nullptr;
  }
  void give_back() {
    if (size > kept) *this = (std::free(bytes), Buffer{});
  }
};

Buffer input_buffer;
Buffer output_buffer;

const char* finish(std::uint32_t kind, std::string_view structure, std::string_view texts) {
  const auto own = static_cast<std::uint32_t>(structure.size());
  const auto all = static_cast<std::uint32_t>(sizeof own + structure.size() + texts.size());
  const std::uint32_t head[] = {all, kind, own};
  output_buffer.give_back();
  if (!output_buffer.grow(sizeof head + structure.size() + texts.size())) __builtin_trap();
  std::memcpy(output_buffer.bytes, head, sizeof head);
  std::memcpy(output_buffer.bytes + sizeof head, structure.data(), structure.size());
  std::memcpy(output_buffer.bytes + sizeof head + structure.size(), texts.data(), texts.size());
  return output_buffer.bytes;
}

const char* refuse(std::string_view reason) { return finish(1, {}, reason); }

/// One writer for all calls: what it grew to once, it need not ask for again.
Output& output() {
  static Output only;
  if (only.structure().capacity() + only.texts().capacity() > kept) only = Output();
  only.clear();
  return only;
}

template <class... Parts>
const char* give(const Parts&... parts) {
  Output& into = output();
  (into.put(parts), ...);
  return finish(0, into.structure(), into.texts());
}

const char* give(const Outcome& outcome) {
  Output& into = output();
  into.maybe(outcome.needs() == nullptr ? nullptr : &outcome.needs()->list);
  into.maybe(outcome.answer());
  into.put(outcome.events);
  into.put(outcome.event_headers);
  return finish(0, into.structure(), into.texts());
}

/// The input of one call, wiped when the call ends: passwords and tokens are in it.
class Given {
 public:
  explicit Given(std::uint32_t size) : size_(size), input_(input_buffer.bytes, size) {}
  ~Given() {
    volatile char* bytes = input_buffer.bytes;
    for (std::size_t i = 0; i < size_; ++i) bytes[i] = 0;
    input_buffer.give_back();
  }
  Given(const Given&) = delete;
  Given& operator=(const Given&) = delete;

  template <class... Parts>
  bool read(Parts&... parts) {
    (input_.take(parts), ...);
    return input_.done();
  }
  template <class... Parts>
  bool read_with_facts(std::optional<Facts>& facts, Parts&... parts) {
    (input_.take(parts), ...);
    UnixSeconds now;
    std::string entropy;
    std::vector<std::pair<Need, Fact>> answers;
    input_.take(now);
    input_.bytes("entropy", entropy);
    input_.take(answers);
    // Less entropy would make what is drawn from it guessable.
    if (!input_.done() || entropy.size() != 32) return false;
    facts.emplace(now, std::move(entropy));
    for (auto& [need, fact] : answers) facts->learn(std::move(need), std::move(fact));
    return true;
  }

 private:
  std::size_t size_;
  Input input_;
};

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

constexpr std::string_view no_deployment = "no deployment is open under this handle";
constexpr std::string_view malformed =
    "the input is not of the layout that postern_layout tells, with 32 bytes of entropy";

std::string layout() {
  Describe outcome, facts, step, check, opened, root;
  const std::string needs = Describe::type<std::optional<std::vector<Need>>>();
  outcome.add("needs", needs);
  outcome.add("answer", Describe::type<std::optional<Answer>>());
  outcome.add("events", Describe::type<std::vector<std::string>>());
  outcome.add("event_headers", Describe::type<wire::Headers>());
  facts.add("now", "\"f64\"");
  facts.add("entropy", "\"bytes\"");
  facts.add("answers", Describe::type<std::vector<std::pair<Need, Fact>>>());
  step.add("bytes", "\"text\"");
  step.add("close", "\"bool\"");
  opened.add("handle", "\"u32\"");
  opened.add("largest_body", "\"u32\"");
  opened.add("comment", "\"text\"");
  check.add("needs", needs);
  check.add("stream", Describe::type<std::optional<Stream>>());
  root.add("request", Describe::type<HttpRequest>());
  root.add("facts", facts.fields());
  root.add("outcome", outcome.fields());
  root.add("stream", Describe::type<Stream>());
  root.add("topic", Describe::type<Topic>());
  root.add("step", step.fields());
  root.add("check", check.fields());
  root.add("opened", opened.fields());
  root.add("reach", Describe::type<Reach>());
  return root.fields();
}

}  // namespace

const char* edge::with_text(std::uint32_t size, Text (*work)(std::string_view)) {
  const Given given(size);
  const auto result = work({input_buffer.bytes, size});
  return result ? finish(0, {}, *result) : refuse(result.error().why);
}

/// Where the next call's input goes. Null when there is no memory for so much.
POSTERN_EXPORT(postern_input) char* postern_input(std::uint32_t size) {
  return input_buffer.grow(size) ? input_buffer.bytes : nullptr;
}

/// -> text: the layout of what crosses.
POSTERN_EXPORT(postern_layout) const char* postern_layout() { return finish(0, {}, layout()); }

/// JSON text of the settings (core/server/settings_json.hpp), as it is -> opened: a handle, the largest body that is
/// taken, and what a quiet stream says so that everybody between sees that it is alive.
POSTERN_EXPORT(postern_open) const char* postern_open(std::uint32_t size) {
  const auto parsed = wire::parse_json({input_buffer.bytes, size}, limits);
  if (!parsed) return refuse(parsed.error().what);
  auto read = read_settings(*parsed);
  if (!read) return refuse(read.error());
  Settings settings = std::move(read).value();
  if (const auto problem = supply(settings)) return refuse(*problem);
  auto deployment = Deployment::build(std::move(settings));
  if (!deployment) return refuse(deployment.error());
  const auto largest_body = static_cast<std::uint32_t>((*deployment)->limits.body);
  return give(keep(std::move(deployment).value()), largest_body, wire::sse_comment(""));
}

POSTERN_EXPORT(postern_close) void postern_close(std::uint32_t handle) {
  if (find(handle) != nullptr) deployments()[handle - 1] = nullptr;
}

/// request, facts -> outcome
POSTERN_EXPORT(postern_evaluate) const char* postern_evaluate(std::uint32_t handle, std::uint32_t size) {
  Given given(size);
  const auto deployment = find(handle);
  if (deployment == nullptr) return refuse(no_deployment);
  HttpRequest request;
  std::optional<Facts> facts;
  if (!given.read_with_facts(facts, request)) return refuse(malformed);
  return give(evaluate(*deployment, request, *facts));
}

/// stream, topic -> step
POSTERN_EXPORT(postern_tell) const char* postern_tell(std::uint32_t size) {
  Given given(size);
  Stream stream;
  Topic topic;
  if (!given.read(stream, topic)) return refuse(malformed);
  const StreamStep step = tell(stream, topic);
  return give(step.bytes, step.close);
}

/// stream, facts -> check: needs, the stream to go on with, or neither: close it
POSTERN_EXPORT(postern_check) const char* postern_check(std::uint32_t handle, std::uint32_t size) {
  Given given(size);
  const auto deployment = find(handle);
  if (deployment == nullptr) return refuse(no_deployment);
  Stream stream;
  std::optional<Facts> facts;
  if (!given.read_with_facts(facts, stream)) return refuse(malformed);
  const StreamCheck checked = check(*deployment, stream, *facts);
  const auto* needs = std::get_if<Needs>(&checked.step);
  Output& into = output();
  into.maybe(needs == nullptr ? nullptr : &needs->list);
  into.maybe(std::get_if<Stream>(&checked.step));
  return finish(0, into.structure(), into.texts());
}

/// stream, facts -> outcome, of which only the commit counts: the stream has ended
POSTERN_EXPORT(postern_closed) const char* postern_closed(std::uint32_t size) {
  Given given(size);
  Stream stream;
  std::optional<Facts> facts;
  if (!given.read_with_facts(facts, stream)) return refuse(malformed);
  return give(closed(stream, *facts));
}

/// text name, text password, facts -> outcome of core/oauth/users.hpp's add_user
POSTERN_EXPORT(postern_add_user) const char* postern_add_user(std::uint32_t size) {
  Given given(size);
  std::string name;
  Secret password;
  std::optional<Facts> facts;
  if (!given.read_with_facts(facts, name, password)) return refuse(malformed);
  return give(oauth::add_user(name, password, *facts));
}

/// facts -> outcome of core/oauth/users.hpp's list_users
POSTERN_EXPORT(postern_list_users) const char* postern_list_users(std::uint32_t size) {
  Given given(size);
  std::optional<Facts> facts;
  if (!given.read_with_facts(facts)) return refuse(malformed);
  return give(oauth::list_users(*facts));
}

/// text URL, reach, list of texts (exceptions), list of texts (addresses) -> list of texts: those of the addresses that
/// may be connected to. Or why the URL may not be asked at all. core/flow/egress.hpp.
POSTERN_EXPORT(postern_judge) const char* postern_judge(std::uint32_t size) {
  Given given(size);
  std::string url;
  Reach reach{};
  EgressPolicy policy;
  std::vector<std::string> addresses;
  if (!given.read(url, reach, policy.exceptions, addresses)) return refuse(malformed);
  const auto judged = judge_url(url, reach, policy);
  if (!judged) return refuse(judged.error().what);
  std::erase_if(addresses, [&](const std::string& address) { return !judge_address(address, *judged, reach, policy); });
  return give(addresses);
}

}  // namespace postern::wasm
