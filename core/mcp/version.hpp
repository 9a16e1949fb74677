// The revisions of MCP that are served, and what differs between them on the wire.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace postern::mcp {

/// In order of time.
enum class Version { v2024_11_05, v2025_03_26, v2025_06_18, v2025_11_25, v2026_07_28 };

inline constexpr std::array<std::string_view, 5> version_names = {"2024-11-05", "2025-03-26", "2025-06-18",
                                                                  "2025-11-25", "2026-07-28"};
inline constexpr Version newest_legacy = Version::v2025_11_25;

constexpr std::string_view to_string(Version version) { return version_names[static_cast<std::size_t>(version)]; }

constexpr std::optional<Version> parse_version(std::string_view text) {
  for (std::size_t i = 0; i < version_names.size(); ++i) {
    if (version_names[i] == text) return static_cast<Version>(i);
  }
  return std::nullopt;
}

/// `initialize` and sessions; later revisions tell everything in each request.
constexpr bool is_legacy(Version version) { return version <= newest_legacy; }

/// JSON-RPC batches have to be understood; 2025-06-18 took them out again.
constexpr bool has_batches(Version version) { return version == Version::v2025_03_26; }

/// `title`, `outputSchema`, `structuredContent`.
constexpr bool has_structured_content(Version version) { return version >= Version::v2025_06_18; }

/// Arguments that do not fit the schema are told to the model, in a result, so that it can correct itself (server/tools,
/// "Error Handling"). Before, they were a protocol error.
constexpr bool tells_model_of_invalid_arguments(Version version) { return version >= Version::v2025_11_25; }

}  // namespace postern::mcp
