// Public documents of other servers: discovery, keys. Read from the store while they are fresh, fetched else, and kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/json.hpp"
#include "core/flow/ask.hpp"
#include "core/flow/commit.hpp"
#include "core/flow/need.hpp"

namespace postern::oauth {

enum class Freshness {
  cached,     ///< A fresh copy will do.
  read_again  ///< It lacks what is looked for (an unknown key): fetched again, unless that was done in the last minute.
};

/// The document, a JSON object; nothing while `ask.pending()`, or when it can't be had. A copy that is not fresh any more
/// serves for a day where the server can't be reached. How long one is fresh: its Cache-Control max-age, within 5
/// minutes and a day. What has to be kept is put into `commit`, which the caller joins to its answer, also to a refusal.
std::optional<Json> document(Ask& ask, Commit& commit, std::string_view url, Reach reach,
                             Freshness freshness = Freshness::cached);

/// Cache-Control: max-age of these headers in seconds; 0 for no-store and no-cache; nothing where it is not said.
/// RFC 9111 s. 5.2.2.
std::optional<std::int64_t> max_age(const wire::Headers& headers);

}  // namespace postern::oauth
