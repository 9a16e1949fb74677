#include "host-native/system/owner.hpp"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "host-native/system/refused.hpp"

namespace postern {

void go_on_as_owner_of(const std::filesystem::path& folder) {
  if (::geteuid() != 0) return;
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0 || status.st_uid == 0) return;
  if (::setgroups(1, &status.st_gid) == 0 && ::setgid(status.st_gid) == 0 && ::setuid(status.st_uid) == 0) return;
  throw Refused(folder.string() + ": it belongs to user " + std::to_string(status.st_uid) +
                ", and root can't go on as that one: " + std::strerror(errno));
}

}  // namespace postern
