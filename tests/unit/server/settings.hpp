// Settings that can be served: what each test of the server changes one thing of.
#pragma once

#include <string>

#include "core/server/deployment.hpp"

namespace postern::testing {

inline Settings good_settings() {
  Settings settings;
  settings.public_url = "https://mcp.example.com";
  settings.scopes = {{"user", "See who you are", {}},
                     {"notes:write", "Write notes", {"notes:read"}},
                     {"notes:read", "Read notes", {}}};
  settings.default_scopes = ScopeSet{"user", "notes:read"};
  settings.key_ring = {{"key-0001", Secret(std::string(32, 'k'))}};
  settings.decoy_password =
      "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  return settings;
}

inline std::shared_ptr<const Deployment> deployment_of(Settings settings) {
  auto deployment = Deployment::build(std::move(settings));
  return deployment ? deployment.value() : nullptr;
}

}  // namespace postern::testing
