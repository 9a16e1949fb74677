// Small files that belong to one owner.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace postern {

/// The whole file; nothing when there is none. Errors: Refused, when it can't be read, is no file, or is larger than
/// `most` bytes.
std::optional<std::string> read_file(const std::filesystem::path& file, std::size_t most);

/// As above, and refused when somebody else than the owner may read or write it.
std::optional<std::string> read_private_file(const std::filesystem::path& file, std::size_t most);

/// Writes a file of mode 0600 that is not there yet: it appears whole, after its bytes and its name are on the disk.
/// False: another process was first, nothing was changed. Errors: Refused.
bool create_private_file(const std::filesystem::path& file, std::string_view bytes);

/// The folder, made with mode 0700 (with its parents) where it is missing. Errors: Refused, also when it can't be
/// written to.
void prepare_private_folder(const std::filesystem::path& folder);

/// The same without making anything: it is there, or can be made. Errors: Refused.
void check_private_folder(const std::filesystem::path& folder);

/// Replaces the file, of mode 0600, as a whole. Errors: Refused.
void write_private_file(const std::filesystem::path& file, std::string_view bytes);

}  // namespace postern
