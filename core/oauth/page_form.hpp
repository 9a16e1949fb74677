// What the form of any page has to pass before it is anybody's decision.
#pragma once

#include <optional>
#include <string_view>

#include "core/flow/outcome.hpp"
#include "core/oauth/authority.hpp"
#include "core/oauth/refusal.hpp"

namespace postern::oauth {

/// It was sent by a page of this server. Browsers tell where a form was (Fetch Metadata).
std::optional<Refused> check_sender(const Authority& authority, const HttpRequest& request);

/// The page that it belongs to was made for this browser (`browser`: Browser::hash()), and not too long ago.
std::optional<Refused> check_flow(const Authority& authority, const HttpRequest& request, std::string_view browser,
                                  UnixSeconds expires, UnixSeconds now);

}  // namespace postern::oauth
