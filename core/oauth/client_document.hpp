// Clients that register nowhere: the client_id is the https URL of a document in which the client describes itself.
// draft-ietf-oauth-client-id-metadata-document-00, MCP 2025-11-25 authorization.
//
// Theory. The authorization endpoint reads the document, under the egress policy for URLs that strangers choose, and
// keeps what it says as a Client record under the URL. Every later step of the flow, the token endpoint included, goes by
// that record and reaches nowhere. Whoever controls the URL controls the client: its host is what the user is shown.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/flow/ask.hpp"
#include "core/flow/commit.hpp"
#include "core/oauth/authority.hpp"
#include "core/oauth/refusal.hpp"
#include "core/store/records.hpp"

namespace postern::oauth {

/// Read as a URL, this id can't be one that registration gave: it begins with https:// (or http://, which is refused).
bool names_document(std::string_view client_id);

/// The client of an authorization request, as far as it is known.
struct ClientLookup {
  std::optional<store::Client> client = {};
  std::optional<Refused> refused = {};  ///< Why its document is not good. A client that is only unknown has none.
  Commit commit = {};                   ///< To be joined to the answer, whatever it is.
};

/// A registered client by its record; a document's by its document, which is fetched unless a copy is fresh (at most
/// 5 KiB, 3 s). It means nothing while `ask.pending()`.
ClientLookup find_client(const Authority& authority, std::string_view client_id, Ask& ask);

}  // namespace postern::oauth
