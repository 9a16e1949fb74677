#include "host-native/system/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "core/wire/base64.hpp"
#include "host-native/system/entropy.hpp"
#include "host-native/system/refused.hpp"

namespace postern {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& why) {
  throw Refused(path.string() + ": " + why);
}

std::string reason_of(int error) {
  const std::string reason = std::strerror(error);
  if (error != EACCES && error != EPERM) return reason;
  return reason + " for user " + std::to_string(::geteuid());
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }
  bool open() const { return number_ >= 0; }

 private:
  int number_;
};

std::optional<std::string> read(const std::filesystem::path& path, std::size_t most, bool private_only) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.open() && errno == ENOENT) return std::nullopt;
  if (!file.open()) refuse(path, reason_of(errno) + (errno == EACCES ? "; expected a file of this user's own" : ""));
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) refuse(path, std::strerror(errno));
  if (!S_ISREG(status.st_mode)) refuse(path, "expected a file");
  if (private_only && (status.st_mode & 077) != 0) {
    refuse(path, "others may read it; expected mode 0600 (chmod 600)");
  }
  std::string bytes;
  char part[4096];
  while (true) {
    const ssize_t got = ::read(file.get(), part, sizeof part);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) refuse(path, std::strerror(errno));
    if (got == 0) return bytes;
    bytes.append(part, static_cast<std::size_t>(got));
    if (bytes.size() > most) refuse(path, "expected at most " + std::to_string(most) + " bytes");
  }
}

void write_all(int file, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(file, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) refuse(path, std::strerror(errno));
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
}

std::filesystem::path write_draft(const std::filesystem::path& path, std::string_view bytes) {
  std::filesystem::path draft = path.string() + "." + wire::base64url(system_entropy(9)) + ".new";
  const Descriptor file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.open()) refuse(path, reason_of(errno));
  try {
    write_all(file.get(), bytes, path);
    if (::fsync(file.get()) != 0) refuse(path, std::strerror(errno));
  } catch (...) {
    ::unlink(draft.c_str());
    throw;
  }
  return draft;
}

void sync_folder_of(const std::filesystem::path& path) {
  const Descriptor folder(::open(path.parent_path().empty() ? "." : path.parent_path().c_str(), O_RDONLY | O_CLOEXEC));
  if (folder.open()) ::fsync(folder.get());
}

}  // namespace

std::optional<std::string> read_file(const std::filesystem::path& file, std::size_t most) {
  return read(file, most, false);
}

std::optional<std::string> read_private_file(const std::filesystem::path& file, std::size_t most) {
  return read(file, most, true);
}

bool create_private_file(const std::filesystem::path& path, std::string_view bytes) {
  const std::filesystem::path draft = write_draft(path, bytes);
  // A link and not a rename: it fails when the name is taken, so that of two processes one wins and both use its file.
  const int linked = ::link(draft.c_str(), path.c_str());
  const int error = errno;
  ::unlink(draft.c_str());
  if (linked != 0 && error == EEXIST) return false;
  if (linked != 0) refuse(path, reason_of(error));
  sync_folder_of(path);
  return true;
}

void write_private_file(const std::filesystem::path& path, std::string_view bytes) {
  const std::filesystem::path draft = write_draft(path, bytes);
  if (::rename(draft.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(draft.c_str());
    refuse(path, reason_of(error));
  }
  sync_folder_of(path);
}

void prepare_private_folder(const std::filesystem::path& folder) {
  std::error_code error;
  if (!std::filesystem::exists(folder, error)) {
    const mode_t before = ::umask(077);
    std::filesystem::create_directories(folder, error);
    ::umask(before);
    if (error) refuse(folder, "can't be made: " + reason_of(error.value()));
  }
  check_private_folder(folder);
}

void check_private_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::path there = std::filesystem::absolute(folder, error);
  const bool is_there = std::filesystem::exists(there, error);
  while (!std::filesystem::exists(there, error) && there.has_relative_path()) there = there.parent_path();
  if (!std::filesystem::is_directory(there, error)) {
    refuse(folder,
           is_there ? "expected a folder, and it is a file" : "can't be made: " + there.string() + " is a file");
  }
  if (::access(there.c_str(), R_OK | W_OK | X_OK) == 0) return;
  const std::string reason = reason_of(errno);
  if (!is_there) refuse(folder, "can't be made in " + there.string() + ": " + reason);
  refuse(folder, reason + "; expected a folder that this user may read and write");
}

}  // namespace postern
