// The evaluations of core/oauth/users.hpp, driven from here.
#pragma once

#include <string>

#include "core/base/secret.hpp"
#include "core/oauth/users.hpp"
#include "host-native/drive.hpp"

namespace postern::commands {

bool has_users(const Host& host);

/// The core's reply: 200, or an error with its one line.
Reply add_user(const Host& host, const std::string& name, const Secret& password, oauth::PasswordKind kind);

}  // namespace postern::commands
