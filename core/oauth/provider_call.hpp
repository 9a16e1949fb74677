// A tool asks the third party that the user logged in with, by the user's own token there, which no tool ever sees.
#pragma once

#include <optional>
#include <string>

#include "core/base/json.hpp"
#include "core/flow/ask.hpp"
#include "core/flow/outcome.hpp"
#include "core/flow/principal.hpp"
#include "core/oauth/authority.hpp"

namespace postern::oauth {

struct ProviderReply {
  enum class Kind { waiting, none, ok, refused, gone, limited, unreachable };
  Kind kind = Kind::none;
  std::string provider = {};
  Json body = {};
  int status = 0;
  Seconds retry_after = {};
  std::optional<Answer> ended = {};  ///< gone: what the whole request is answered with.
};

/// GET `path` below the provider's API (`/user/repos`), or, where it is empty, the user's profile. A path that could lead
/// elsewhere (another host, dot segments) is refused.
ProviderReply call_provider(const Authority& authority, const Principal& principal, const std::string& path, Ask& ask);

}  // namespace postern::oauth
