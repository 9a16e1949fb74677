// Who is calling: the result of the bearer gate, handed to everything behind it.
#pragma once

#include <string>

#include "core/base/time.hpp"
#include "core/flow/scope.hpp"

namespace postern {

struct Principal {
  std::string subject;    ///< Stable identifier of the user. Empty only where authorization is switched off.
  std::string user_name;  ///< What the user is called. For people, never for decisions.
  std::string client;     ///< client_id.
  std::string grant;      ///< The grant that the token stands for. Empty: the token of a server elsewhere.
  ScopeSet scopes;        ///< What the token carries, before implications.
  UnixSeconds expires{};  ///< The token's.
  bool operator==(const Principal&) const = default;

  /// The same user through the same client. What an MCP session is bound to: a refreshed token still fits.
  bool same_party(const Principal& other) const { return subject == other.subject && client == other.client; }
};

}  // namespace postern
