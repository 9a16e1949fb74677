#include "host-native/commands/decisions.hpp"

#include <algorithm>
#include <ctime>
#include <iostream>

#include "core/wire/json.hpp"
#include "host-native/commands/setup.hpp"
#include "host-native/system/clock.hpp"
#include "host-native/system/entropy.hpp"
#include "host-native/system/files.hpp"
#include "host-native/system/owner.hpp"
#include "host-native/system/refused.hpp"

namespace postern::commands {
namespace {

std::unique_ptr<Store> open_checked(const Program& program, const config::Options& options, const std::string& command,
                                    OfflineHost::Folder folder) {
  if (program.without_authorization) {
    throw Refused(command + ": this server runs without authorization; there is nobody in its store");
  }
  if (options.memory_store) throw Refused(command + ": --store memory keeps records only while the server runs");
  std::error_code error;
  if (folder == OfflineHost::Folder::there && !std::filesystem::exists(options.data, error)) {
    throw Refused("--data " + options.data.string() + ": no such folder; expected that of the server");
  }
  const bool is_new = !std::filesystem::exists(options.data, error);
  go_on_as_owner_of(options.data);
  prepare_private_folder(options.data);
  if (is_new) {
    std::cerr << command << ": made " << options.data.string()
              << ", which is new; the folder of a server that is there is named by --data or --config\n";
  }
  // The ring comes first, as at the first start of a server: records without one are refused.
  if (folder == OfflineHost::Folder::made) key_ring_of(options);
  return open_store(options);
}

// Before anything is done: an act that can't be told is refused.
std::unique_ptr<AuditLog> open_audit(const config::Options& options, OfflineHost::Acts acts, Log& log) {
  if (acts == OfflineHost::Acts::none) return nullptr;
  return open_audit_log(options.audit.empty() ? audit_file_of(options) : options.audit, log);
}

}  // namespace

OfflineHost::OfflineHost(const Program& program, const config::Options& options, const std::string& command, Acts acts,
                         Folder folder)
    : store_(open_checked(program, options, command, folder)),
      log_(Log::to_standard_error(std::max(options.log_level, Log::Level::warning), options.log_format)),
      audit_(open_audit(options, acts, *log_)),
      host_{*store_, passwords_,  pause_, *log_, no_tools_, nullptr, system_now, [] { return system_entropy(32); },
            nullptr, audit_.get()} {}

Reply decide(const Host& host, const std::function<Outcome(const Facts&)>& evaluation) {
  return drive(
      host, [&](const HttpRequest&, const Facts& facts) { return evaluation(facts); }, HttpRequest{}, new_request_id());
}

Json body_of(const Reply& reply) {
  const auto parsed = wire::parse_json(reply.body, {std::size_t{1} << 30, 64});
  return parsed ? *parsed : Json::object();
}

std::string text_of(const Reply& reply, std::string_view name) {
  const Json body = body_of(reply);
  const std::string* text = wire::string_member(body, name);
  return text == nullptr ? "" : *text;
}

std::string error_line(const Reply& reply) {
  if (reply.status == 503) return "the store is busy or failing; nothing was changed";
  const std::string line = text_of(reply, "error");
  return line.empty() ? "failed with status " + std::to_string(reply.status) : line;
}

std::string date_of(std::int64_t seconds) {
  const std::time_t time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  gmtime_r(&time, &parts);
  char date[16] = "";
  std::strftime(date, sizeof date, "%Y-%m-%d", &parts);
  return date;
}

}  // namespace postern::commands
