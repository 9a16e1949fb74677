// The grants of one user together: what the account page shows, what is ended when the user says so or is removed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/flow/ask.hpp"
#include "core/flow/outcome.hpp"
#include "core/oauth/authority.hpp"
#include "core/store/record.hpp"
#include "core/store/records.hpp"

namespace postern::oauth {

struct UserGrant {
  std::string id;
  store::Found<store::GrantOf> listed;
  store::Found<store::Grant> grant;  ///< Absent: it has ended by its time just now.
};

/// As many as one answer can show or end.
constexpr std::uint32_t most_grants = 200;

struct UserGrants {
  std::vector<UserGrant> grants;  ///< In the order of their ids.
  bool more = false;              ///< There are more than `most_grants`.
};

/// Two rounds of reading. Means nothing while `ask.pending()`.
UserGrants load_grants(Ask& ask, std::string_view subject);

/// Ends every one of them in one commit; open streams are told. Those that have ended already are only taken off the
/// list. `what`: of the audit, one event for each that was ended; empty: none. Means nothing while `ask.pending()`.
void end_grants(const std::vector<UserGrant>& grants, const Lifetimes& lifetimes, std::string_view what, Ask& ask,
                Answer& answer);

}  // namespace postern::oauth
