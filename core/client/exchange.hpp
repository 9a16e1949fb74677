// Every HTTP exchange of a client goes through here: the URL is judged before it is asked for, and what comes back is
// judged before it is read.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/client/advance.hpp"
#include "core/flow/ask.hpp"

namespace postern::client {

/// How far a URL may reach. Configured: the server that a person chose, the issuers of that person's credentials, and
/// for a server on this machine its neighbours there. Everything else was named by a document of somebody else.
Reach reach_of(const ClientConfig& config, std::string_view url);

/// May it be fetched, and opened in a browser? What is not an absolute https URL (http on loopback where it is
/// configured) of the public network is `unsafe_url`.
std::optional<Failed> judge(const ClientConfig& config, std::string_view url);

/// The answer, of status 2xx or 4xx. While `ask.pending()` there is none, and the error means nothing.
Result<const Fetched*, Failed> exchange(Ask& ask, const ClientConfig& config, Fetch fetch);

/// GET of a metadata document. RFC 8414 s. 3.1, RFC 9728 s. 3.1.
Fetch document_request(const ClientConfig& config, std::string url);

}  // namespace postern::client
