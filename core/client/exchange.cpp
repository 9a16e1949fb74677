#include "core/client/exchange.hpp"

#include <algorithm>

#include "core/wire/uri.hpp"

namespace postern::client {
namespace {

std::optional<Failed> problem_of(const Fetched& fetched, std::uint32_t most_bytes);

}  // namespace

Reach reach_of(const ClientConfig& config, std::string_view url) {
  const auto uri = wire::Uri::parse(url);
  const auto server = wire::Uri::parse(config.server_url);
  if (!uri || !server) return Reach::stranger;
  if (uri->origin() == server->origin()) return Reach::configured;
  // A server far away must not lead us to what listens on this machine.
  if (uri->is_loopback() && server->is_loopback()) return Reach::configured;
  const bool declared = std::any_of(config.credentials.begin(), config.credentials.end(), [&](const Credentials& own) {
    const auto issuer = wire::Uri::parse(own.issuer);
    return issuer && issuer->origin() == uri->origin();
  });
  return declared ? Reach::configured : Reach::stranger;
}

std::optional<Failed> judge(const ClientConfig& config, std::string_view url) {
  const auto judged = judge_url(url, reach_of(config, url), config.egress);
  if (judged) return std::nullopt;
  return Failed{ClientRefusal::unsafe_url, judged.error().what};
}

Result<const Fetched*, Failed> exchange(Ask& ask, const ClientConfig& config, Fetch fetch) {
  if (auto unsafe = judge(config, fetch.url)) return *unsafe;
  fetch.reach = reach_of(config, fetch.url);
  const std::uint32_t most_bytes = fetch.most_bytes;
  const Fetched* fetched = ask(std::move(fetch));
  if (fetched == nullptr) return Failed{ClientRefusal::host_failed, {}};
  if (auto problem = problem_of(*fetched, most_bytes)) return *problem;
  return fetched;
}

Fetch document_request(const ClientConfig& config, std::string url) {
  return Fetch{.method = "GET",
               .url = std::move(url),
               .headers = {{"Accept", "application/json"},
                           {"MCP-Protocol-Version", std::string(mcp::to_string(config.revision))}}};
}

namespace {

std::optional<Failed> problem_of(const Fetched& fetched, std::uint32_t most_bytes) {
  switch (fetched.problem) {
    case FetchProblem::none:
      break;
    case FetchProblem::refused:
      return Failed{ClientRefusal::unsafe_url, "the host may not connect there"};
    case FetchProblem::unreachable:
    case FetchProblem::untrusted:
    case FetchProblem::too_slow:
      return Failed{ClientRefusal::unreachable, "no answer came"};
    case FetchProblem::too_large:
      return Failed{ClientRefusal::too_large, "the answer is larger than allowed"};
  }
  if (fetched.body.size() > most_bytes) return Failed{ClientRefusal::too_large, "the answer is larger than allowed"};
  if (fetched.status >= 300 && fetched.status < 400) {
    return Failed{ClientRefusal::redirected, "expected an answer, received a redirect"};
  }
  if (fetched.status < 200 || fetched.status >= 500) {
    return Failed{ClientRefusal::unreachable, "expected an answer, received status " + std::to_string(fetched.status)};
  }
  return std::nullopt;
}

}  // namespace
}  // namespace postern::client
