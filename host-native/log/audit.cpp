#include "host-native/log/audit.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/wire/json.hpp"
#include "host-native/system/clock.hpp"
#include "host-native/system/entropy.hpp"
#include "host-native/system/refused.hpp"

namespace postern {
namespace {

int open_file(const std::filesystem::path& file) {
  return ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, S_IRUSR | S_IWUSR);
}

void append_member(std::string& line, std::string_view name, std::string_view value) {
  line.append(",\"").append(name).append("\":");
  line += wire::dump_json(Json(value));  // Invalid UTF-8 becomes U+FFFD, and no value begins a line of its own.
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

[[noreturn]] void refuse(const std::string& target, int error) {
  throw Refused("--audit " + target + ": " + std::strerror(error) + "; expected a file that this user may write, or -");
}

}  // namespace

std::unique_ptr<AuditLog> AuditLog::open(const std::string& target, Log& log) {
  if (target == "-") return std::unique_ptr<AuditLog>(new AuditLog({}, STDOUT_FILENO, log));
  const int descriptor = open_file(target);
  if (descriptor < 0) refuse(target, errno);
  return std::unique_ptr<AuditLog>(new AuditLog(target, descriptor, log));
}

void AuditLog::check(const std::string& target) {
  if (target == "-") return;
  const std::filesystem::path file(target);
  struct stat status {};
  if (::stat(file.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) refuse(target, EISDIR);
    if (::access(file.c_str(), W_OK) != 0) refuse(target, errno);
    return;
  }
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  if (errno != ENOENT || ::access(folder.c_str(), W_OK | X_OK) != 0) refuse(target, errno);
}

AuditLog::AuditLog(std::filesystem::path file, int descriptor, Log& log)
    : file_(std::move(file)), log_(log), descriptor_(descriptor) {}

AuditLog::~AuditLog() {
  if (!file_.empty()) ::close(descriptor_);
}

void AuditLog::write(std::string_view request_id, const AuditEvent& event) {
  std::string line = "{\"time\":\"";
  append_time(line);
  line += '"';
  append_member(line, "request", request_id);
  append_member(line, "what", event.what);
  append_member(line, "outcome", event.outcome);
  append_member(line, "client", event.client);
  append_member(line, "subject", event.subject);
  append_member(line, "detail", event.detail);
  line += "}\n";
  const std::lock_guard lock(mutex_);
  const bool written = write_all(descriptor_, line);
  if (!written && !failing_) log_.write(Log::Level::error, "audit.failed", {{"reason", std::strerror(errno)}});
  failing_ = !written;
}

void AuditLog::reopen() {
  if (file_.empty()) return;
  const std::lock_guard lock(mutex_);
  const int descriptor = open_file(file_);
  if (descriptor < 0) {
    log_.write(Log::Level::error, "audit.failed", {{"reason", std::strerror(errno)}});
    return;
  }
  ::close(descriptor_);
  descriptor_ = descriptor;
}

std::string new_request_id() {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string id;
  for (const char byte : system_entropy(8)) {
    id += digits[static_cast<unsigned char>(byte) >> 4];
    id += digits[static_cast<unsigned char>(byte) & 15];
  }
  return id;
}

}  // namespace postern
