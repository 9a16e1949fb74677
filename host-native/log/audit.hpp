// The audit log: one line of JSON for each decision, for whoever has to answer who was let in, when, and why not.
//
//   {"time":"2026-11-23T08:00:00.000Z","request":"9f86d081884c7d65","what":"token.refresh","outcome":"ok",
//    "client":"...","subject":"...","detail":"..."}
//
// Every member is always there. `request` is the reply's X-Request-Id and the `id` of the log. What is in a line the core
// has decided (core/flow/outcome.hpp): no secret is among it.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "core/flow/outcome.hpp"
#include "host-native/log/log.hpp"

namespace postern {

/// Safe to use from any number of threads. Several processes may write to one file: each line is one write at its end.
class AuditLog {
 public:
  /// `target`: a file, made with mode 0600 where it is missing; `-`: standard output. Errors: Refused.
  static std::unique_ptr<AuditLog> open(const std::string& target, Log& log);
  /// Whether `open` would do, without making the file. Errors: Refused.
  static void check(const std::string& target);
  ~AuditLog();
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;

  /// Never fails: what can't be written is told to the log, once until it works again.
  void write(std::string_view request_id, const AuditEvent& event);

  /// The file may have been moved away: from now on the one under its name is written. Where that can't be opened, the
  /// old one goes on.
  void reopen();

 private:
  AuditLog(std::filesystem::path file, int descriptor, Log& log);

  const std::filesystem::path file_;  ///< Empty: standard output.
  Log& log_;
  std::mutex mutex_;
  int descriptor_;
  bool failing_ = false;
};

/// What requests are called by: 16 hexadecimal digits from the host's random device.
std::string new_request_id();

}  // namespace postern
