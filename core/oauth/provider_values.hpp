// What one login at a provider carries along: MACs of the flow's id under labels of their own, so that nothing of it has
// to be stored, and none tells anything of another.
#pragma once

#include <string>
#include <string_view>

#include "core/crypto/hash.hpp"
#include "core/oauth/authority.hpp"
#include "core/store/records.hpp"
#include "core/wire/base64.hpp"

namespace postern::oauth {

inline std::string value_of_flow(const Authority& authority, std::string_view label, std::string_view flow_id) {
  return wire::base64url(authority.upstream.mac(std::string(label).append(1, '\0').append(flow_id)));
}

/// 43 characters each. RFC 6749 s. 10.12; RFC 7636 s. 4.1; OpenID Connect Core 1.0 s. 15.5.2.
inline std::string state_of(const Authority& authority, std::string_view flow_id) {
  return value_of_flow(authority, "state", flow_id);
}
inline std::string verifier_of(const Authority& authority, std::string_view flow_id) {
  return value_of_flow(authority, "verifier", flow_id);
}
inline std::string nonce_of(const Authority& authority, std::string_view flow_id) {
  return value_of_flow(authority, "nonce", flow_id);
}

inline std::string pending_key_of_state(std::string_view state) {
  return store::Pending::key(wire::base64url(crypto::sha256(state)));
}
inline std::string pending_key(const Authority& authority, std::string_view flow_id) {
  return pending_key_of_state(state_of(authority, flow_id));
}

}  // namespace postern::oauth
