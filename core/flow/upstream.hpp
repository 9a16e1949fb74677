// A tool's request to the API of the identity provider that its user logged in with, and what comes of it. The user's
// token there is put in where the request is sent; no tool ever sees it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/wire/http.hpp"

namespace postern {

/// Of the body, and of the one that comes back, in bytes.
inline constexpr std::uint32_t max_upstream_body = 1 << 20;
inline constexpr std::size_t max_upstream_headers = 16 << 10;  ///< Bytes of names and values, either way.

struct UpstreamRequest {
  std::string method = "GET";  ///< Capital letters; CONNECT and TRACE are refused.
  /// Below the provider's API, with its query: `/user/repos?page=2`. Empty: the user's profile there.
  std::string path = {};
  /// Beside these the provider gets Accept, User-Agent and, with a body, Content-Type (application/json), where they are
  /// not here. Authorization, Cookie, Host and what belongs to a connection is refused.
  wire::Headers headers = {};
  std::string body = {};  ///< Not with GET and HEAD.
  bool operator==(const UpstreamRequest&) const = default;
};

struct UpstreamResponse {
  enum class Kind {
    waiting,     ///< Not known yet: a handler returns `run.wait()`.
    none,        ///< The user did not log in at an identity provider, or it has no API that is known here.
    refused,     ///< The request is none that is sent; `problem` tells why. The provider has heard nothing.
    answered,    ///< Whatever the status: `status`, `headers` and `body` are what came. Redirects are not followed.
    gone,        ///< The user's grant has ended there (401) or here: the call is answered by a challenge, 401.
    unreachable  ///< Nothing came that could be used; whether the request has arrived is not known.
  };
  Kind kind = Kind::none;
  std::string provider = {};  ///< Its id.
  int status = 0;
  wire::Headers headers = {};
  std::string body = {};
  std::string problem = {};  ///< Where there is no answer: why, for the author and the log. Holds no secret.
  bool operator==(const UpstreamResponse&) const = default;
};

/// Of the kinds, in their order.
inline constexpr std::array<std::string_view, 6> upstream_words = {"waiting",  "none", "refused",
                                                                   "answered", "gone", "unreachable"};
inline std::string_view word_for(UpstreamResponse::Kind kind) { return upstream_words[static_cast<std::size_t>(kind)]; }

}  // namespace postern
