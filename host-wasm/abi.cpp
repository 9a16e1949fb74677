// The core behind a C edge: the only `extern "C"` of the project, and all that a WebAssembly host can call.
//
// A call's input lies in the buffer that `postern_input` gives; its size is an argument. What comes out lies behind the
// pointer that is returned, until the next call:
//
//   u32 size of what follows | u32 kind: 0 an answer, 1 a refusal | u32 size of the structure | structure | texts
//
// The layout of both is that of host-wasm/layout.hpp; a refusal is one line of text in place of an answer: input that can't
// be read is refused, and nothing from outside ends the module. A trap means that memory ran out; the instance is not to be
// called again. Settings are JSON: they cross once.
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/flow/egress.hpp"
#include "core/oauth/operator.hpp"
#include "core/oauth/users.hpp"
#include "core/server/evaluate.hpp"
#include "core/server/settings_json.hpp"
#include "core/store/copied.hpp"
#include "core/wire/ip_address.hpp"
#include "core/wire/json.hpp"
#include "core/wire/sse.hpp"
#include "host-wasm/catalogue.hpp"
#include "host-wasm/crossing.hpp"
#include "host-wasm/edge.hpp"
#include "host-wasm/memory.hpp"

#define POSTERN_EXPORT(name) extern "C" __attribute__((export_name(#name), used))

namespace postern::wasm {
namespace {

constexpr wire::JsonLimits limits{4 << 20, 64};

/// Where a call's input lies.
char* input = nullptr;

const char* finish(std::uint32_t kind, std::string_view structure, std::string_view texts) {
  const auto own = static_cast<std::uint32_t>(structure.size());
  const auto all = static_cast<std::uint32_t>(sizeof own + structure.size() + texts.size());
  const std::uint32_t head[] = {all, kind, own};
  char* const answer = memory::take(sizeof head + structure.size() + texts.size());
  if (answer == nullptr) __builtin_trap();
  std::memcpy(answer, head, sizeof head);
  std::memcpy(answer + sizeof head, structure.data(), structure.size());
  std::memcpy(answer + sizeof head + structure.size(), texts.data(), texts.size());
  return answer;
}

const char* finish(const Output& output) { return finish(0, output.structure(), output.texts()); }

const char* refuse(std::string_view reason) { return finish(1, {}, reason); }

template <class... Parts>
const char* give(const Parts&... parts) {
  Output into;
  (into.put(parts), ...);
  return finish(into);
}

const char* give(const Outcome& outcome) {
  Output into;
  into.maybe(outcome.needs() == nullptr ? nullptr : &outcome.needs()->list);
  into.maybe(outcome.answer());
  into.put(outcome.events);
  into.put(outcome.event_headers);
  return finish(into);
}

/// The input of one call, wiped when the call ends: passwords and tokens are in it.
class Given {
 public:
  explicit Given(std::uint32_t size) : size_(size), input_(input, size) {}
  ~Given() { std::memset(input, 0, size_); }  // memory that the host can look at: no compiler takes this away
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

/// The deployments that are open, by handle - 1.
std::vector<std::shared_ptr<const Deployment>>& deployments() {
  static std::vector<std::shared_ptr<const Deployment>> all;
  return all;
}

const Deployment* find(std::uint32_t handle) {
  return handle - 1 < deployments().size() ? deployments()[handle - 1].get() : nullptr;
}

constexpr std::string_view no_deployment = "no deployment is open under this handle";
constexpr std::string_view malformed =
    "the input is not of the layout of host-wasm/layout.hpp, with 32 bytes of entropy";

}  // namespace

const char* edge::with_text(std::uint32_t size, Text (*work)(std::string_view)) {
  const Given given(size);
  const auto result = work({input, size});
  return result ? finish(0, {}, *result) : refuse(result.error().why);
}

/// A call begins: where its input goes. Null when there is no memory for so much.
POSTERN_EXPORT(postern_input) char* postern_input(std::uint32_t size) {
  memory::put_back();
  return input = memory::take(size);
}

/// JSON text of the settings (core/server/settings_json.hpp), as it is -> opened: a handle, the largest body that is
/// taken, what a quiet stream says so that everybody between sees that it is alive, how often streams are checked (seconds),
/// and beginnings of the keys that may be
/// copied (core/store/copied.hpp). It stays open as long as the instance.
POSTERN_EXPORT(postern_open) const char* postern_open(std::uint32_t size) {
  const auto parsed = wire::parse_json({input, size}, limits);
  if (!parsed) return refuse(parsed.error().what);
  auto read = read_settings(*parsed);
  if (!read) return refuse(read.error());
  Settings settings = std::move(read).value();
  if (const auto problem = supply(settings)) return refuse(*problem);
  auto deployment = Deployment::build(std::move(settings));
  if (!deployment) return refuse(deployment.error());
  const auto largest_body = static_cast<std::uint32_t>((*deployment)->limits.body);
  deployments().push_back(std::move(deployment).value());
  memory::keep();
  return give(static_cast<std::uint32_t>(deployments().size()), largest_body, wire::sse_comment(""),
              static_cast<std::uint32_t>(stream_check_every),
              std::vector<std::string>(store::copied.begin(), store::copied.end()));
}

/// request, facts -> outcome
POSTERN_EXPORT(postern_evaluate) const char* postern_evaluate(std::uint32_t handle, std::uint32_t size) {
  Given given(size);
  const Deployment* const deployment = find(handle);
  if (deployment == nullptr) return refuse(no_deployment);
  HttpRequest request;
  std::optional<Facts> facts;
  if (!given.read_with_facts(facts, request)) return refuse(malformed);
  return give(evaluate(*deployment, request, *facts));
}

/// principal, request (its target is the path), facts -> outcome of core/server/evaluate.hpp's fetch_as_user
POSTERN_EXPORT(postern_fetch_as_user) const char* postern_fetch_as_user(std::uint32_t handle, std::uint32_t size) {
  Given given(size);
  const Deployment* const deployment = find(handle);
  if (deployment == nullptr) return refuse(no_deployment);
  Principal principal;
  HttpRequest request;
  std::optional<Facts> facts;
  if (!given.read_with_facts(facts, principal, request)) return refuse(malformed);
  const UpstreamRequest wanted{std::move(request.method), std::move(request.target), std::move(request.headers),
                               std::move(request.body)};
  return give(fetch_as_user(*deployment, principal, wanted, *facts));
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
  const Deployment* const deployment = find(handle);
  if (deployment == nullptr) return refuse(no_deployment);
  Stream stream;
  std::optional<Facts> facts;
  if (!given.read_with_facts(facts, stream)) return refuse(malformed);
  const StreamCheck checked = check(*deployment, stream, *facts);
  const auto* needs = std::get_if<Needs>(&checked.step);
  Output into;
  into.maybe(needs == nullptr ? nullptr : &needs->list);
  into.maybe(std::get_if<Stream>(&checked.step));
  return finish(into);
}

/// stream, facts -> outcome, of which only the commit counts: the stream has ended
POSTERN_EXPORT(postern_closed) const char* postern_closed(std::uint32_t size) {
  Given given(size);
  Stream stream;
  std::optional<Facts> facts;
  if (!given.read_with_facts(facts, stream)) return refuse(malformed);
  return give(closed(stream, *facts));
}

/// text act, text name, text user, text client, text password, facts -> outcome: what the operator sees and changes,
/// core/oauth/users.hpp and operator.hpp. `name` is that of a user, a subject (user.end_grants, user.erase_data), or the id of a
/// grant or client.
POSTERN_EXPORT(postern_operate) const char* postern_operate(std::uint32_t handle, std::uint32_t size) {
  Given given(size);
  const Deployment* const deployment = find(handle);
  if (deployment == nullptr) return refuse(no_deployment);
  std::string act, name;
  oauth::GrantChoice choice;
  Secret password;
  std::optional<Facts> facts;
  if (!given.read_with_facts(facts, act, name, choice.user, choice.client, password)) return refuse(malformed);
  const oauth::Lifetimes& lifetimes = deployment->authority.lifetimes;
  constexpr auto one_time = oauth::PasswordKind::one_time;
  if (act == "user.add") return give(oauth::add_user(name, password, *facts));
  if (act == "user.add_one_time") return give(oauth::add_user(name, password, *facts, one_time));
  if (act == "user.passwd") return give(oauth::set_password(name, password, *facts));
  if (act == "user.passwd_one_time") return give(oauth::set_password(name, password, *facts, one_time));
  if (act == "user.list") return give(oauth::list_users(*facts));
  if (act == "user.remove") return give(oauth::remove_user(name, lifetimes, *facts));
  if (act == "user.end_grants") return give(oauth::end_grants_of(name, lifetimes, *facts));
  if (act == "user.erase_data") return give(oauth::erase_data_of(name, deployment->catalog.user_records, *facts));
  if (act == "clients.list") return give(oauth::list_clients(*facts));
  if (act == "clients.remove") return give(oauth::remove_client(name, lifetimes, *facts));
  choice.id = name;
  if (act == "grants.list") return give(oauth::list_grants(choice, *facts));
  if (act == "grants.revoke") return give(oauth::revoke_grants(choice, lifetimes, *facts));
  return refuse("the operator has no such act");
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
  // A host that is an address is looked up nowhere, so it is judged at once.
  std::string_view host = judged->host;
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  const bool literal = wire::is_ipv4(host) || wire::is_ipv6(host);
  if (literal && !judge_address(host, *judged, reach, policy))
    return refuse("expected an address of the public network");
  std::erase_if(addresses, [&](const std::string& address) { return !judge_address(address, *judged, reach, policy); });
  return give(addresses);
}

}  // namespace postern::wasm
