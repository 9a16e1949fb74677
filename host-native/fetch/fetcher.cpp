#include "host-native/fetch/fetcher.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "core/wire/ip_address.hpp"
#include "host-native/fetch/resolve.hpp"
#include "host-native/fetch/trust.hpp"
#include "host-native/http/httplib.hpp"

namespace postern {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int most_at_once = 64;
constexpr int most_of_strangers = 48;      // So that nobody's slow documents keep users from logging in at a provider.
constexpr std::size_t most_addresses = 4;  // Of one name that are tried.
constexpr std::uint32_t longest_ms = 30'000;

Fetched nothing(FetchProblem problem) { return Fetched{0, {}, {}, problem}; }

/// One fetch on its way. Its thread and whoever waits share it: a name server that does not answer holds the thread, and
/// nobody else.
struct Job {
  Fetch fetch;
  wire::Uri uri;
  EgressPolicy policy;
  Resolve resolve;
  std::shared_ptr<const std::string> trusted;  ///< PEM
  Clock::time_point deadline;

  std::mutex mutex;
  std::condition_variable changed;
  std::optional<Fetched> result;
  bool given_up = false;
  httplib::ClientImpl* client = nullptr;  ///< The one that is connected, to be stopped.

  std::int64_t left_ms() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  }
};

void run(Job& job);
Fetched fetch_from_any(Job& job);
std::optional<Fetched> fetch_from(Job& job, const std::string& address);

class NetworkFetcher final : public Fetcher {
 public:
  NetworkFetcher(FetchSettings settings, Log& log)
      : settings_(std::move(settings)),
        trusted_(std::make_shared<const std::string>(trusted_certificates(settings_.extra_ca))),
        log_(log) {
    if (!settings_.resolve) settings_.resolve = resolve_by_system;
  }

  Fetched fetch(const Fetch& fetch) override {
    const auto started = Clock::now();
    Fetched fetched;
    std::string host;
    try {
      auto uri = judge_url(fetch.url, fetch.reach, settings_.policy);
      if (uri) host = uri->host;
      fetched = uri ? wait_for(fetch, std::move(uri).value()) : nothing(FetchProblem::refused);
    } catch (const std::exception&) {  // no memory, no thread
      fetched = nothing(FetchProblem::unreachable);
    }
    // Neither path nor query: codes and tokens may be in them.
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started).count();
    log_.write(fetched.status == 0 ? Log::Level::warning : Log::Level::debug, "fetch",
               {{"method", fetch.method},
                {"host", host},
                {"status", std::int64_t{fetched.status}},
                {"problem", name_of(fetched.problem)},
                {"ms", static_cast<std::int64_t>(ms)}});
    return fetched;
  }

 private:
  Fetched wait_for(const Fetch& fetch, wire::Uri uri) {
    const int most = fetch.reach == Reach::stranger ? most_of_strangers : most_at_once;
    const int running = ++*running_;
    const std::shared_ptr<void> place(nullptr, [all = running_](void*) { --*all; });  // Until the thread has ended.
    if (running > most) return nothing(FetchProblem::unreachable);
    auto job = std::make_shared<Job>();
    job->fetch = fetch;
    job->uri = std::move(uri);
    job->policy = settings_.policy;
    job->resolve = settings_.resolve;
    job->trusted = trusted_;
    job->deadline = Clock::now() + std::chrono::milliseconds(std::min(fetch.milliseconds, longest_ms));
    std::thread([job, place] { run(*job); }).detach();
    std::unique_lock lock(job->mutex);
    if (!job->changed.wait_until(lock, job->deadline, [&] { return job->result.has_value(); })) {
      job->given_up = true;
      if (job->client != nullptr) job->client->stop();
      return nothing(FetchProblem::too_slow);
    }
    return std::move(*job->result);
  }

  static std::string_view name_of(FetchProblem problem) {
    switch (problem) {
      case FetchProblem::none:
        return "none";
      case FetchProblem::refused:
        return "refused";
      case FetchProblem::unreachable:
        return "unreachable";
      case FetchProblem::untrusted:
        return "untrusted";
      case FetchProblem::too_slow:
        return "too_slow";
      case FetchProblem::too_large:
        return "too_large";
    }
    return "";
  }

  FetchSettings settings_;
  std::shared_ptr<const std::string> trusted_;
  Log& log_;
  std::shared_ptr<std::atomic<int>> running_ = std::make_shared<std::atomic<int>>(0);
};

void run(Job& job) {
  Fetched fetched;
  try {
    fetched = fetch_from_any(job);
  } catch (...) {
    fetched = nothing(FetchProblem::unreachable);
  }
  const std::lock_guard lock(job.mutex);
  job.result = std::move(fetched);
  job.changed.notify_all();
}

Fetched fetch_from_any(Job& job) {
  std::string host = job.uri.host;
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  const bool literal = wire::is_ipv4(host) || wire::is_ipv6(host);
  std::vector<std::string> addresses = literal ? std::vector<std::string>{host} : job.resolve(host);
  if (addresses.empty()) return nothing(FetchProblem::unreachable);
  std::erase_if(addresses, [&](const std::string& address) {
    return !judge_address(address, job.uri, job.fetch.reach, job.policy);
  });
  if (addresses.empty()) return nothing(FetchProblem::refused);
  if (addresses.size() > most_addresses) addresses.resize(most_addresses);
  for (const std::string& address : addresses) {
    if (job.left_ms() <= 0) return nothing(FetchProblem::too_slow);
    if (auto fetched = fetch_from(job, address)) return std::move(*fetched);
  }
  return nothing(FetchProblem::unreachable);
}

std::unique_ptr<httplib::ClientImpl> client_for(const Job& job, const std::string& host) {
  const int port = job.uri.effective_port();
  if (job.uri.scheme == "http") return std::make_unique<httplib::ClientImpl>(host, port);
  auto client = std::make_unique<httplib::SSLClient>(host, port);
  client->load_ca_cert_store(job.trusted->data(), job.trusted->size());
  return client;
}

httplib::Request request_of(const Job& job) {
  httplib::Request request;
  request.method = job.fetch.method;
  request.path = job.uri.path.empty() ? "/" : job.uri.path;
  if (job.uri.query) request.path += '?' + *job.uri.query;
  request.body = job.fetch.body;
  for (const wire::Header& header : job.fetch.headers) request.headers.emplace(header.name, header.value);
  request.headers.emplace("Accept-Encoding", "identity");
  if (request.headers.find("User-Agent") == request.headers.end()) request.headers.emplace("User-Agent", "postern");
  return request;
}

Fetched fetched_of(httplib::Response& response, std::string body) {
  Fetched fetched;
  fetched.status = response.status;
  for (const auto& [name, value] : response.headers) fetched.headers.push_back({name, value});
  fetched.body = std::move(body);
  return fetched;
}

FetchProblem problem_of(httplib::Error error) {
  switch (error) {
    case httplib::Error::SSLServerVerification:
    case httplib::Error::SSLServerHostnameVerification:
    case httplib::Error::SSLLoadingCerts:
      return FetchProblem::untrusted;
    default:
      return FetchProblem::unreachable;
  }
}

/// Nothing: no connection came about, so another address may be tried.
std::optional<Fetched> fetch_from(Job& job, const std::string& address) {
  std::string host = job.uri.host;
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  const auto client = client_for(job, host);
  // The name is what the certificate is checked for; the address is what is connected to.
  client->set_hostname_addr_map({{host, address}});
  const std::chrono::milliseconds left(std::max<std::int64_t>(job.left_ms(), 1));
  client->set_connection_timeout(left);
  client->set_read_timeout(left);
  client->set_write_timeout(left);
  client->set_max_timeout(left);
  client->set_follow_location(false);
  client->set_keep_alive(false);
  client->set_path_encode(false);

  httplib::Request request = request_of(job);
  std::string body;
  bool too_large = false;
  request.content_receiver = [&](const char* bytes, std::size_t size, std::size_t, std::size_t) {
    too_large = body.size() + size > job.fetch.most_bytes;
    if (!too_large) body.append(bytes, size);
    return !too_large;
  };
  {
    const std::lock_guard lock(job.mutex);
    if (job.given_up) return nothing(FetchProblem::too_slow);
    job.client = client.get();
  }
  httplib::Response response;
  httplib::Error error = httplib::Error::Success;
  request.start_time_ = Clock::now();  // `send` alone counts the longest time from the beginning of the clock.
  const bool sent = client->send(request, response, error);
  {
    const std::lock_guard lock(job.mutex);
    job.client = nullptr;
  }
  if (too_large) return nothing(FetchProblem::too_large);
  if (!sent || response.status < 200) {
    if (job.left_ms() <= 0) return nothing(FetchProblem::too_slow);
    if (error == httplib::Error::Connection) return std::nullopt;
    return nothing(problem_of(error));
  }
  // Nobody asked for a compressed body; what a small one would grow to is not known before it has grown.
  if (response.has_header("Content-Encoding") && response.get_header_value("Content-Encoding") != "identity") {
    return nothing(FetchProblem::unreachable);
  }
  return fetched_of(response, std::move(body));
}

}  // namespace

std::unique_ptr<Fetcher> make_fetcher(FetchSettings settings, Log& log) {
  return std::make_unique<NetworkFetcher>(std::move(settings), log);
}

}  // namespace postern
