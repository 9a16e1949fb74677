// The server's own users, for the command line: evaluations like any endpoint, driven by the same loop.
//
// The answer's reply is for the program that asked: status 200, or 400, 404, 409 with {"error": "<one line>"}.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/secret.hpp"
#include "core/flow/facts.hpp"
#include "core/flow/outcome.hpp"
#include "core/oauth/authority.hpp"

namespace postern::oauth {

enum class PasswordKind {
  lasting,
  one_time  ///< Others have seen it: the first login with it has to change it (core/oauth/new_password.hpp).
};

/// Why this can't be a password: what was expected, in one line. A password is at least 8 characters and at most 1024
/// bytes.
std::optional<std::string> password_fault(const Secret& password);

/// 200 {"subject", "name"}; 400: the name or the password does not do; 409: the name is taken.
/// A name is 1 to 64 code points without controls, invisible characters, and spaces at the ends.
Outcome add_user(std::string_view name, const Secret& password, const Facts& facts,
                 PasswordKind kind = PasswordKind::lasting);

/// 200 {"subject", "name"}; 400; 404. Logs every browser out; what clients were granted goes on.
Outcome set_password(std::string_view name, const Secret& password, const Facts& facts,
                     PasswordKind kind = PasswordKind::lasting);

/// 200 {"users": [{"name", "subject", "created", "one_time"}], "more": bool}, at most 1000, in the order of their names.
/// `one_time`: nobody has logged in yet with the password that was given out.
Outcome list_users(const Facts& facts);

/// 200 {"subject", "name", "ended"}: the user is gone, and the grants that were found are revoked, in one commit; 404.
/// A redemption may have held between that scan and this commit. After it none can any more (it requires the user's
/// record), so the caller then calls `end_grants_of(subject)` until it ends none.
Outcome remove_user(std::string_view name, const Lifetimes& lifetimes, const Facts& facts);

/// 200 {"ended": n}: revokes up to 200 grants of this subject; topics tell open streams.
Outcome end_grants_of(std::string_view subject, const Lifetimes& lifetimes, const Facts& facts);

/// 200 {"erased": n}: up to 200 records that were kept for this subject are gone, in one commit, as they were read: its MCP
/// sessions, and what lies under `<kind>/<subject>/` for each of `kinds` (mcp::Catalog::user_records). The caller goes on
/// until none is erased. Call it when the grants have ended: until then tools may write more.
Outcome erase_data_of(std::string_view subject, const std::vector<std::string>& kinds, const Facts& facts);

}  // namespace postern::oauth
