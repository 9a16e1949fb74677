// Whose files a data folder has.
#pragma once

#include <filesystem>

namespace postern {

/// Files that root makes in the data folder of a service would be root's, and end the service: root goes on as the folder's
/// owner, for good. For everybody else, and where there is no such folder yet, nothing. Errors: Refused.
void go_on_as_owner_of(const std::filesystem::path& folder);

}  // namespace postern
