// Where this server may connect to, for everything that it fetches: providers, keys, client metadata documents. One
// policy, judged in two steps: the URL before anything is resolved, then each address before anything is connected to.
// The host connects to an address that was judged, never to a name: a name may lead elsewhere the second time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/flow/need.hpp"
#include "core/wire/uri.hpp"

namespace postern {

struct EgressPolicy {
  /// Hosts (`name` or `name:port`, lower case; IPv6 in brackets) that the operator declares although their addresses are
  /// private. Only the check of addresses is lifted; https stays.
  std::vector<std::string> exceptions;
};

/// The URL, ready to be resolved; or what is wrong with it. Refused: anything but https (http to loopback where `reach`
/// is configured), user and password, fragment, a host that other readers take for an address of another form
/// ("0x7f.1", "2130706433"), a host without a dot unless it is declared or configured loopback.
Result<wire::Uri, wire::Malformed> judge_url(std::string_view url, Reach reach, const EgressPolicy& policy);

/// May this address be connected to? `address`: as text, IPv4 or IPv6 without brackets and zone. `uri`: the judged URL.
/// Globally reachable unicast addresses only (RFC 6890 and its registries); what is embedded in an IPv6 address (mapped,
/// 6to4, NAT64, Teredo) counts as well. A declared host may lead anywhere; a configured loopback host to loopback only.
bool judge_address(std::string_view address, const wire::Uri& uri, Reach reach, const EgressPolicy& policy);

}  // namespace postern
