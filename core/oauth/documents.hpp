// Public documents of other servers: discovery, keys, the metadata of clients. Read from the store while they are fresh,
// fetched else, and kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/result.hpp"
#include "core/flow/ask.hpp"
#include "core/flow/commit.hpp"
#include "core/flow/need.hpp"

namespace postern::oauth {

enum class Freshness {
  cached,     ///< A fresh copy will do.
  read_again  ///< It lacks what is looked for (an unknown key): fetched again, unless that was done in the last minute.
};

struct DocumentLimits {
  std::uint32_t most_bytes = 64 << 10;
  std::uint32_t milliseconds = 5000;
  bool remembers_errors = true;  ///< An answer that is an error is not asked for again for a minute.
};

/// Why there is no document, in words for whoever runs the server or the client: "no answer in time".
struct NoDocument {
  std::string_view why;
  bool unreachable = false;  ///< Nothing came back at all, now or when it was last tried.
};

/// The document, a JSON object; it means nothing while `ask.pending()`. A copy that is not fresh any more serves for a
/// day, counted from when it was fresh last, whatever its server answers that is no document: a challenge to prove that one
/// is a browser (401, 403, a page), a block (451), trouble (5xx), silence. Not where it answers that the document is
/// gone (404, 410) or lies elsewhere for good (301, 308). How long one is fresh: its Cache-Control max-age, within 5
/// minutes and a day. After a failure it is not asked for again for a minute. What has to
/// be kept is put into `commit`, which the caller joins to its answer, also to a refusal. A copy serves only who reads under
/// the same reach and size.
Result<Json, NoDocument> document(Ask& ask, Commit& commit, std::string_view url, Reach reach,
                                  Freshness freshness = Freshness::cached, const DocumentLimits& limits = {});

/// The same for a document that may lie at one of several places: the first that is there. While a fresh copy of one is kept
/// the others are not asked for; else all are, at once.
Result<Json, NoDocument> first_document(Ask& ask, Commit& commit, const std::vector<std::string>& urls, Reach reach);

/// Cache-Control: max-age of these headers in seconds; 0 for no-store and no-cache; nothing where it is not said.
/// RFC 9111 s. 5.2.2.
std::optional<std::int64_t> max_age(const wire::Headers& headers);

}  // namespace postern::oauth
