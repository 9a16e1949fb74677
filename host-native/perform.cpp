#include "host-native/perform.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <future>
#include <optional>

#include "core/wire/json.hpp"

namespace postern {
namespace {

void load_all(const Host& host, const Needs& needs, Facts& facts);
Fact scan(const Host& host, const Scan& need, UnixSeconds now);
void fetch_all(const Host& host, const Needs& needs, Done& done);
Fact once(const Host& host, const Need& need, Done& done);
Fact run_tool(const Host& host, const RunTool& need, Done& done);

void report(const Host& host, const StoreFailure& failure) {
  host.log.write(Log::Level::error, "store.failed", {{"reason", failure.what()}});
}

}  // namespace

bool Pause::wait(std::uint32_t milliseconds) {
  std::unique_lock lock(mutex_);
  return !stopped_changed_.wait_for(lock, std::chrono::milliseconds(milliseconds), [this] { return stopped_; });
}

void Pause::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  stopped_changed_.notify_all();
}

void perform(const Host& host, const Needs& needs, Facts& facts, Done& done) {
  load_all(host, needs, facts);
  fetch_all(host, needs, done);
  for (const Need& need : needs.list) {
    if (std::holds_alternative<Load>(need) || std::holds_alternative<Claim>(need)) continue;
    if (const auto* wanted = std::get_if<Scan>(&need)) {
      facts.learn(need, scan(host, *wanted, facts.now()));
    } else {
      facts.learn(need, once(host, need, done));
    }
  }
}

namespace {

// All of them in one read, so that they are of one moment.
void load_all(const Host& host, const Needs& needs, Facts& facts) {
  std::vector<std::string> keys;
  for (const Need& need : needs.list) {
    if (const auto* load = std::get_if<Load>(&need)) keys.push_back(load->key);
  }
  if (keys.empty()) return;
  std::vector<Loaded> answers;
  try {
    answers = host.store.load(keys, facts.now());
  } catch (const StoreFailure& failure) {
    report(host, failure);
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    facts.learn(Load{std::move(keys[i])}, i < answers.size() ? Fact(std::move(answers[i])) : Fact(Unavailable{}));
  }
}

Fact scan(const Host& host, const Scan& need, UnixSeconds now) {
  try {
    return host.store.scan(need.prefix, need.limit, now);
  } catch (const StoreFailure& failure) {
    report(host, failure);
    return Unavailable{};
  }
}

/// Not to be sent twice for one step, RFC 9110 s. 9.2.2.
bool has_effects(const Fetch& fetch) { return fetch.step > 0 && fetch.method != "GET" && fetch.method != "HEAD"; }

/// The same request, whatever the token: it may have been renewed since.
bool is_same_effect(const Fetch& one, const Fetch& other) {
  const auto told = [](Fetch fetch) {
    std::erase_if(fetch.headers, [](const wire::Header& header) { return header.name == "Authorization"; });
    return fetch;
  };
  return told(one) == told(other);
}

/// What was done before.
std::optional<Fact> known(const Done& done, const Need& need) {
  const auto* wanted = std::get_if<Fetch>(&need);
  for (const auto& [asked, fact] : done.facts) {
    if (asked == need) return fact;
    const auto* sent = std::get_if<Fetch>(&asked);
    if (wanted == nullptr || sent == nullptr || !has_effects(*sent) || sent->step != wanted->step) continue;
    return is_same_effect(*sent, *wanted) ? fact : Fact(Fetched{0, {}, {}, FetchProblem::refused});
  }
  return std::nullopt;
}

Fetched fetch(const Host& host, const Fetch& need) {
  if (host.fetcher == nullptr) return Fetched{0, {}, {}, FetchProblem::refused};
  return host.fetcher->fetch(need);
}

// Where there are several, none waits for another.
void fetch_all(const Host& host, const Needs& needs, Done& done) {
  const auto is_fetch = [](const Need& need) { return std::holds_alternative<Fetch>(need); };
  const bool several = std::count_if(needs.list.begin(), needs.list.end(), is_fetch) > 1;
  const std::launch policy = several ? std::launch::async : std::launch::deferred;
  std::vector<std::pair<const Need*, std::future<Fetched>>> running;
  for (const Need& need : needs.list) {
    const auto* wanted = std::get_if<Fetch>(&need);
    if (wanted == nullptr || known(done, need)) continue;
    running.emplace_back(&need, std::async(policy, [&host, wanted] { return fetch(host, *wanted); }));
  }
  for (auto& [need, fetched] : running) done.facts.emplace_back(*need, fetched.get());
}

Fact do_it(const Host& host, const Need& need, Done& done) {
  if (const auto* verify = std::get_if<VerifyPassword>(&need)) {
    const auto matches = host.passwords.verify(verify->phc, verify->password);
    return matches ? Fact(PasswordVerified{*matches}) : Fact(Unavailable{});
  }
  if (const auto* hash = std::get_if<HashPassword>(&need)) {
    auto phc = host.passwords.hash(hash->password);
    return phc ? Fact(PasswordHashed{std::move(*phc)}) : Fact(Unavailable{});
  }
  if (const auto* sleep = std::get_if<Sleep>(&need)) {
    if (sleep->milliseconds > longest_sleep_ms || !host.pause.wait(sleep->milliseconds)) return Unavailable{};
    return Slept{};
  }
  if (const auto* tool = std::get_if<RunTool>(&need)) return run_tool(host, *tool, done);
  return Unavailable{};
}

Fact once(const Host& host, const Need& need, Done& done) {
  if (auto before = known(done, need)) return std::move(*before);
  Fact fact = do_it(host, need, done);
  if (!std::holds_alternative<Unavailable>(fact)) done.facts.emplace_back(need, fact);
  return fact;
}

Json to_json(mcp::ToolResult result) {
  Json json = {{"content", Json::array()}};
  for (Json& block : result.content) json["content"].push_back(std::move(block));
  if (result.structured) json["structuredContent"] = std::move(*result.structured);
  if (result.is_error) json["isError"] = true;
  return json;
}

// Exactly once. What goes wrong inside is for the operator's eyes: its text may hold anything.
Fact run_tool(const Host& host, const RunTool& need, Done& done) {
  const auto tool = host.tools.find(need.name);
  mcp::ToolResult result;
  try {
    if (tool == host.tools.end()) throw std::runtime_error("no such tool in this host");
    const auto arguments = wire::parse_json(need.arguments);
    if (!arguments) throw std::runtime_error("arguments: " + arguments.error().what);
    ToolContext context(need.principal, [&](const UpstreamRequest& wanted) {
      return done.fetch_as_user ? done.fetch_as_user(need.principal, wanted) : UpstreamResponse{};
    });
    result = tool->second(*arguments, context);
    if (!result.commit.empty()) throw std::runtime_error("a host tool gave a commit; only handlers write to the store");
  } catch (const std::exception& error) {
    host.log.write(Log::Level::error, "tool.failed", {{"tool", need.name}, {"reason", error.what()}});
    result = mcp::ToolResult::error("The tool failed.");
  } catch (...) {
    host.log.write(Log::Level::error, "tool.failed", {{"tool", need.name}});
    result = mcp::ToolResult::error("The tool failed.");
  }
  done.topics.insert(done.topics.end(), result.topics.begin(), result.topics.end());
  return ToolRan{wire::dump_json(to_json(std::move(result)))};
}

}  // namespace
}  // namespace postern
