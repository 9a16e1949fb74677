#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <thread>

#include "core/server/evaluate.hpp"
#include "host-native/commands/decisions.hpp"
#include "host-native/commands/program.hpp"
#include "host-native/commands/setup.hpp"
#include "host-native/commands/users.hpp"
#include "host-native/fetch/fetcher.hpp"
#include "host-native/fetch/trust.hpp"
#include "host-native/http/server.hpp"
#include "host-native/system/clock.hpp"
#include "host-native/system/entropy.hpp"
#include "host-native/system/files.hpp"
#include "host-native/system/key_ring.hpp"
#include "host-native/system/refused.hpp"
#include "host-native/system/signals.hpp"

namespace postern::commands {
namespace {

constexpr std::chrono::seconds sweep_first{1};  // Much may have expired while nobody was here.
constexpr std::chrono::seconds sweep_every{60};
constexpr std::size_t sweep_at_once = 500;
constexpr std::size_t most_connections = 4096;
constexpr http::Milliseconds drain_time{10'000};
constexpr http::Milliseconds last_moment{2'000};

// Removes expired records now and then, a few at a time, so that no request waits long for it.
class Sweeper {
 public:
  Sweeper(Store& store, Log& log) : thread_([this, &store, &log] { run(store, log); }) {}
  ~Sweeper() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Sweeper(const Sweeper&) = delete;
  Sweeper& operator=(const Sweeper&) = delete;

 private:
  void run(Store& store, Log& log) {
    std::unique_lock lock(mutex_);
    for (std::chrono::seconds wait = sweep_first; !changed_.wait_for(lock, wait, [this] { return stopped_; });
         wait = sweep_every) {
      lock.unlock();
      sweep(store, log);
      lock.lock();
    }
  }

  static void sweep(Store& store, Log& log) {
    try {
      std::size_t all = 0;
      for (std::size_t gone = sweep_at_once; gone == sweep_at_once; all += gone)
        gone = store.sweep(system_now(), sweep_at_once);
      log.write(Log::Level::debug, "store.swept", {{"records", static_cast<std::int64_t>(all)}});
    } catch (const StoreFailure& failure) {
      log.write(Log::Level::warning, "store.failed", {{"reason", failure.what()}});
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false;
  std::thread thread_;
};

// The first user of a new store, so that there is somebody who can log in. Where people log in elsewhere a password nobody
// asked for would be one more way in. One that is made is shown once and kept nowhere.
void make_first_user(const Host& host, const config::Options& options) {
  const bool given = !options.first_password.empty();
  const bool asked_for = given || !options.first_user.empty();
  if (!options.own_users || options.external || (!options.providers.empty() && !asked_for)) return;
  if (has_users(host)) return;
  const std::string name = options.first_user.empty() ? "admin" : options.first_user;
  const Secret password = given ? options.first_password : Secret(new_password());
  const auto kind = given ? oauth::PasswordKind::lasting : oauth::PasswordKind::one_time;
  const Reply reply = add_user(host, name, password, kind);
  if (reply.status == 409) return;  // Another process was first.
  if (reply.status != 200) throw Refused("POSTERN_FIRST_USER, POSTERN_FIRST_PASSWORD: " + error_line(reply));
  if (given) return;
  std::cout << "first user:        " << name << '\n';
  std::cout << "one-time password: " << password.expose_for(Reason::performing)
            << "  (shown once; the first login asks for another one)\n";
}

// A password's 19 MiB go back to the system when it has been hashed. Left to itself, the C library takes the first of them
// as a sign to keep such pieces from then on.
void give_large_pieces_back() {
#ifdef M_MMAP_THRESHOLD
  ::mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
}

http::ServerOptions http_options(const config::Options& options) {
  return {options.listen_host, options.listen_port, options.tls_cert, options.tls_key, most_connections};
}

FetchSettings fetch_settings(const config::Options& options) {
  FetchSettings settings;
  for (const std::string& host : options.fetch_allowed) settings.policy.exceptions.push_back(wire::lower_case(host));
  settings.extra_ca = options.fetch_ca;
  return settings;
}

// Waits for the signal, then lets go of the clients: at once of those that wait for news, in time of those that are
// being served.
void stop_when_told(http::HttpServer& server, Streams& streams, Pause& pause, Log& log, AuditLog* audit) {
  wait_for_stop(audit == nullptr ? std::function<void()>() : [audit] { audit->reopen(); });
  log.write(Log::Level::info, "server.draining");
  streams.end_all();
  if (server.drain(drain_time)) return;
  pause.stop();
  log.write(Log::Level::warning, "server.drain_incomplete");
  std::thread([] {
    std::this_thread::sleep_for(last_moment);
    std::_Exit(EXIT_SUCCESS);  // A tool that does not come back: its client has been let go, and everything is written.
  }).detach();
}

}  // namespace

int check(const Program& program, const config::Options& options) {
  build_deployment(program, options, public_url(options, options.listen_port), new_key_ring(), "-");
  trusted_certificates(options.fetch_ca);
  if (!options.audit.empty()) AuditLog::check(options.audit);
  if (!options.memory_store) {
    check_private_folder(options.data);
    find_key_ring(options);
    check_store(options);
  }
  const http::HttpServer server(http_options(options));  // Takes the port, and lets it go.
  std::cout << "ok " << public_url(options, server.port()) << '\n';
  return 0;
}

int serve(const Program& program, const config::Options& options) {
  give_large_pieces_back();
  // What can be refused is refused before anything is made.
  build_deployment(program, options, public_url(options, options.listen_port), new_key_ring(), "-");
  http::HttpServer server(http_options(options));
  const std::string url = public_url(options, server.port());

  if (!options.memory_store) prepare_private_folder(options.data);
  const auto keys = options.memory_store ? new_key_ring() : key_ring_of(options);
  const auto deployment = build_deployment(program, options, url, keys, Passwords::decoy());
  const auto store = open_store(options);
  const auto log = Log::to_standard_error(options.log_level, options.log_format);
  program.serving->log = log;
  const auto audit = open_audit_log(options.audit, *log);
  keep_audit_file(options);

  Streams streams(StreamRules{
      tell, [&](const Stream& stream, const Facts& facts) { return check(*deployment, stream, facts); }, closed});
  Passwords passwords;
  Pause pause;
  const auto fetcher = make_fetcher(fetch_settings(options), *log);
  const Host host{*store,
                  passwords,
                  pause,
                  *log,
                  program.tools,
                  [&streams](const std::vector<Topic>& topics) { streams.publish(topics); },
                  system_now,
                  [] { return system_entropy(32); },
                  fetcher.get(),
                  audit.get(),
                  [&](const Principal& principal, const UpstreamRequest& request, const Facts& facts) {
                    return fetch_as_user(*deployment, principal, request, facts);
                  }};
  const http::Service service{
      host,
      [&](const HttpRequest& request, const Facts& facts) { return evaluate(*deployment, request, facts); },
      streams,
      deployment->limits,
      {}};

  for (const std::string& declared : options.fetch_allowed) {
    log->write(Log::Level::warning, "fetch.exception", {{"host", declared}});
  }

  // Whoever wants JSON has the same in `server.ready`.
  const bool for_people = options.log_format == Log::Format::text;
  if (for_people) std::cout << program.name << ' ' << program.version << '\n';
  if (program.without_authorization) {
    log->write(Log::Level::warning, "WITHOUT AUTHORIZATION: everybody who reaches this port may call every tool");
  } else {
    make_first_user(host, options);
  }
  if (for_people) std::cout << "for MCP clients:   " << deployment->mcp_url() << '\n';
  std::cout << "ready " << deployment->authority.issuer << std::endl;
  log->write(Log::Level::info, "server.ready",
             {{"listen", options.listen_host}, {"port", std::int64_t{server.port()}}, {"url", url}});

  const Sweeper sweeper(*store, *log);
  std::thread stopper([&] { stop_when_told(server, streams, pause, *log, audit.get()); });
  server.serve(service);
  ask_to_stop();  // In case that it ended by itself.
  stopper.join();
  log->write(Log::Level::info, "server.stopped");
  return 0;
}

}  // namespace postern::commands
