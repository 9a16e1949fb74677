// What the pages are made of. Everything here gives HTML that is safe as it stands.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/flow/outcome.hpp"
#include "core/flow/scope.hpp"
#include "core/oauth/authority.hpp"

namespace postern::oauth {

/// The whole page, with the headers that every page has. `main`, `footer`: HTML.
Reply page(const Authority& authority, int status, std::string_view title, std::string_view main,
           std::string_view footer = {});

/// Hostile text made fit for a page: cut, without invisible characters, escaped.
std::string shown(std::string_view hostile, std::size_t code_points = 60);
std::string shown_client(std::string_view name);

/// The beginning of a form that is sent to `leaf` of this server, with the sealed flow in it.
std::string form_start(const Authority& authority, std::string_view leaf, std::string_view flow);

/// What scopes mean to people. Not escaped.
std::vector<std::string> scopes_in_words(const Authority& authority, const ScopeSet& scopes,
                                         const Provider* provider = nullptr);

}  // namespace postern::oauth
